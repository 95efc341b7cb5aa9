import { describe, expect, test } from 'vitest'
import { DeliveryError } from './delivery-error.ts'
import { type Clock, retry } from './retry.ts'

/** Time passes only when nobody else has anything to do, and then at once up to the next sleeper. */
function virtualClock(chance = 1): Clock & { slept: number[]; time: number } {
  const sleepers = new Set<{ at: number; wake: () => void }>()
  let ticking = false
  const tick = (): void => {
    ticking = false
    const next = [...sleepers].toSorted((a, b) => a.at - b.at)[0]
    if (!next) return
    sleepers.delete(next)
    clock.time = Math.max(clock.time, next.at)
    next.wake()
    schedule()
  }
  const schedule = (): void => {
    if (!ticking) setImmediate(tick)
    ticking = true
  }
  const clock = {
    time: 0,
    slept: [] as number[],
    now: () => clock.time,
    random: () => chance,
    sleep: async (ms: number, { signal }: { signal: AbortSignal }) => {
      clock.slept.push(ms)
      await new Promise<void>((resolve, reject) => {
        const sleeper = { at: clock.time + ms, wake: resolve }
        sleepers.add(sleeper)
        signal.addEventListener('abort', () => {
          sleepers.delete(sleeper)
          reject(new Error('no longer needed'))
        })
        schedule()
      })
    },
  }
  return clock
}

/** Fails with each of the errors in turn, then works. */
function failing(...errors: unknown[]): { attempt: () => Promise<void>; count: () => number } {
  let count = 0
  const attempt = async (): Promise<void> => {
    const error = errors[count++]
    if (error !== undefined) throw error
  }
  return { attempt, count: () => count }
}

function throwing(): Promise<void> {
  throw new DeliveryError('at once', { permanent: true })
}

function failingLate(signal: AbortSignal): Promise<void> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => setImmediate(() => reject(new Error('late'))))
  })
}

describe('retry', () => {
  test('does once what works at once', async () => {
    const { attempt, count } = failing()
    await retry(attempt, { timeout: 1000, clock: virtualClock() })
    expect(count()).toBe(1)
  })

  test('pauses grow from 1 s to 10 s, and chance shortens them', async () => {
    const error = new Error('busy')
    const clock = virtualClock(0.5)
    const { attempt, count } = failing(error, error, error, error, error, error)
    await retry(attempt, { timeout: 60_000, clock })
    expect(count()).toBe(7)
    expect(clock.slept).toEqual([60_000, 500, 1000, 2000, 4000, 5000, 5000])
  })

  test('waits as long as the receiver asked', async () => {
    const clock = virtualClock(0)
    await retry(failing(new DeliveryError('later', { retryAfter: 7000 })).attempt, { timeout: 60_000, clock })
    expect(clock.time).toBe(7000)
  })

  test('does not begin a pause that would outlast the deadline', async () => {
    const clock = virtualClock()
    const { attempt, count } = failing(new DeliveryError('later', { retryAfter: 60_000 }))
    await expect(retry(attempt, { timeout: 30_000, clock })).rejects.toMatchObject({
      code: 'NOTIFICATION_FAILED',
      message: 'later',
      retryAfter: 60_000,
    })
    expect([count(), clock.time]).toEqual([1, 0])
  })

  test('takes a no for a no, from whatever class of error', async () => {
    for (const error of [new DeliveryError('no', { permanent: true }), { permanent: true }]) {
      const { attempt, count } = failing(error)
      await expect(retry(attempt, { timeout: 30_000, clock: virtualClock() })).rejects.toMatchObject({
        permanent: true,
        cause: error,
      })
      expect(count()).toBe(1)
    }
  })

  test('gives up after ten attempts, with the last failure as the cause', async () => {
    const last = new Error('still busy')
    const { attempt, count } = failing(...Array.from({ length: 9 }, () => 'a string'), last)
    await expect(retry(attempt, { timeout: 3_600_000, clock: virtualClock() })).rejects.toMatchObject({
      message: 'After 10 attempts: still busy',
      permanent: false,
      cause: last,
    })
    expect(count()).toBe(10)
  })

  test('stops waiting for an attempt at the deadline, and tells it so', async () => {
    const clock = virtualClock()
    let seen: AbortSignal | undefined
    const hang = (signal: AbortSignal): Promise<void> => {
      seen = signal
      return new Promise(() => {})
    }
    await expect(retry(hang, { timeout: 30_000, clock })).rejects.toThrow('No answer within 30 s.')
    expect(seen?.aborted).toBe(true)
    expect(clock.time).toBe(30_000)
  })

  test('remembers at the deadline why earlier attempts failed', async () => {
    let attempts = 0
    const attempt = (): Promise<void> => (attempts++ === 0 ? Promise.reject(new Error('busy')) : new Promise(() => {}))
    await expect(retry(attempt, { timeout: 30_000, clock: virtualClock() })).rejects.toThrow(
      'No answer within 30 s; before that: busy',
    )
  })

  test('ends early when told to', async () => {
    const controller = new AbortController()
    const hanging = retry(() => new Promise(() => {}), { timeout: 30_000, signal: controller.signal })
    controller.abort()
    await expect(hanging).rejects.toThrow('Delivery was cut short.')
    let attempts = 0
    const late = retry(async () => void attempts++, { timeout: 30_000, signal: controller.signal })
    await expect(late).rejects.toThrow('Delivery was cut short.')
    expect(attempts).toBe(0)
  })

  test('an attempt that throws instead of rejecting is a failure like any other', async () => {
    await expect(retry(throwing, { timeout: 1000, clock: virtualClock() })).rejects.toThrow('at once')
  })

  test('a failure that comes after the deadline is nobody else’s problem', async () => {
    await expect(retry(failingLate, { timeout: 10 })).rejects.toThrow('No answer within 0.01 s.')
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  })
})
