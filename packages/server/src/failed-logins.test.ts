import { expect, it } from 'vitest'
import { FailedLogins } from './failed-logins.ts'

function start(): { logins: FailedLogins; waits: number[]; finish: () => void; pass: (time: number) => void } {
  const waits: number[] = []
  let finished: (() => void)[] = []
  let now = 0
  const logins = new FailedLogins(
    () => now,
    (time) => {
      waits.push(time)
      return new Promise<void>((resolve) => finished.push(resolve))
    },
  )
  const finish = (): void => {
    for (const resolve of finished) resolve()
    finished = []
  }
  return { logins, waits, finish, pass: (time) => void (now += time) }
}

it('an address that fails waits longer each time, up to eight seconds, and is forgotten when it stops', async () => {
  const { logins, waits, finish, pass } = start()
  for (let time = 0; time < 9; time++) {
    const answered = logins.slow('a')
    finish()
    expect(await answered).toBe(true)
  }
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000])
  expect(await logins.slow('b')).toBe(true)
  pass(15 * 60_000)
  expect(await logins.slow('a')).toBe(true)
  expect(waits).toHaveLength(6)
})

it('few answers wait at the same time; the others are refused at once', async () => {
  const { logins, waits, finish } = start()
  const all = Array.from({ length: 30 }, () => logins.slow('a'))
  const refused = await Promise.all(all.slice(11))
  expect(refused.every((answered) => !answered)).toBe(true)
  expect(waits).toHaveLength(8)
  finish()
  expect(await Promise.all(all.slice(0, 11))).toEqual(Array(11).fill(true))
})
