import { describe, expect, test } from 'vitest'
import { until } from '../background/start.ts'
import { journalIn, useTestFolder } from './hardship.ts'

const place = useTestFolder()

describe.runIf(process.platform === 'linux')('memory', () => {
  test('a heap that fills up is reported as such, costs no row, and every callback is notified', async () => {
    const training = await place().start({ how: 'a heap that fills up' }, ['--max-old-space-size=40'])
    // So small a heap can be full before the background process is up, which then has seen no memory.
    await until('it is recorded', () => training.moments().some(({ moment }) => moment === 'log'))
    training.child.stdin!.write('now\n')
    expect(await training.endedAfterWatcher()).toBe('SIGABRT')
    expect(training.stderr()).toContain('heap out of memory')
    const { state, cause } = await training.end()
    expect({ state, cause }).toEqual({
      state: 'crashed',
      cause: {
        type: 'oom-killed',
        evidence: [
          'exit status: SIGABRT',
          expect.stringMatching(/^resident memory of \d+ MB, with Node's heap limited to \d+ MB$/) as string,
        ],
      },
    })
    const { rows, finishes, dropped } = journalIn(training.ready.dir)
    expect(rows).toBeGreaterThanOrEqual(training.acknowledged())
    expect(rows).toBeGreaterThan(10)
    expect(finishes).toMatchObject([{ state: 'crashed', cause }])
    expect(dropped).toBe(0)
    expect([training.messages().mails.length, training.messages().slack.length]).toEqual([1, 1])
  })

  test('a program that holds a gigabyte and is killed', async () => {
    const training = await place().start({ how: 'much memory', bytes: 2 ** 30 })
    training.child.kill('SIGKILL')
    expect(await training.endedAfterWatcher()).toBe('SIGKILL')
    const { cause, steps } = await training.end()
    expect({ cause, steps }).toEqual({ cause: { type: 'killed', evidence: ['exit status: SIGKILL'] }, steps: 100 })
    expect(journalIn(training.ready.dir)).toMatchObject({ rows: 100, finishes: [{ cause }], dropped: 0 })
    expect([training.messages().mails.length, training.messages().slack.length]).toEqual([1, 1])
  })
})
