/** A clock that stands still until it is moved: for `settings.clock`. */
export interface Clock {
  /** Milliseconds since 1970. */
  (): number
  /** @param ms - Milliseconds; below 0, the clock goes back, as a clock that is set right does. */
  advance(ms: number): void
}

/**
 * Makes a clock for {@link testRun} or `settings.clock`: the times of records, alerts and endings are what it says.
 * Timers, such as deadlines and pauses between attempts at delivery, are the system's.
 *
 * @param start - Milliseconds since 1970. Default: 1,700,000,000,000.
 *
 * @example
 * ```ts
 * import { clock, testRun } from '@swanlab/core/testing'
 *
 * const time = clock()
 * const test = await testRun({ clock: time })
 * test.log({ loss: 1 })
 * time.advance(60_000)
 * test.log({ loss: 0.5 })
 * const { duration } = await test.finish() // 60,000
 * ```
 */
export function clock(start = 1_700_000_000_000): Clock {
  let now = start
  return Object.assign(() => now, {
    advance: (ms: number) => {
      now += ms
    },
  })
}
