import { describe, expect, test } from 'vitest'
import { journalIn, TIMEOUT, useTestFolder } from './hardship.ts'

const place = useTestFolder()

describe.runIf(process.platform === 'linux')('a clock that is put back and forth', () => {
  test.each([
    ['finish', 0, 'finished', undefined],
    ['kill', 'SIGKILL', 'crashed', 'killed'],
  ] as const)('every step is recorded and every callback gets the end (%s)', async (end, code, state, type) => {
    const training = await place().start({ how: 'a clock that jumps', end })
    expect(await (end === 'kill' ? training.endedAfterWatcher() : training.ended)).toBe(code)
    const outcome = await training.end()
    expect(outcome).toMatchObject({ state, steps: 61, lastStep: 60 })
    expect(outcome.cause?.type).toBe(type)
    expect(outcome.duration).toBeGreaterThanOrEqual(0)
    const { rows, finishes, dropped } = journalIn(training.ready.dir)
    expect({ rows, dropped, ends: finishes.length }).toEqual({ rows: 61, dropped: 0, ends: 1 })
    expect(finishes[0]!.duration).toBeGreaterThanOrEqual(0)
    expect(
      training.moments().flatMap(({ moment, payload }) => (moment === 'log' ? [payload.step as number] : [])),
    ).toEqual(Array.from({ length: 61 }, (_, step) => step))
    expect(training.moments().filter(({ moment }) => moment === 'alert')).toHaveLength(3)
    expect([training.messages().mails.length, training.messages().slack.length]).toEqual([1, 1])
    if (end === 'finish') {
      expect(training.outcome().duration).toBeGreaterThanOrEqual(0)
      expect(training.outcome().waited).toBeLessThan(TIMEOUT)
      expect(training.stderr()).not.toMatch(/(?:after |\()-\d/)
    }
  })
})
