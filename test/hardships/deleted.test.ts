import { existsSync, readdirSync, rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { until } from '../background/start.ts'
import { expectNoOrphans } from '../orphans.ts'
import { TIMEOUT, useTestFolder } from './hardship.ts'

const place = useTestFolder()

describe.runIf(process.platform === 'linux')('a folder that is deleted under a running training', () => {
  test.each([
    ['run folder', 'finish', 5, 'finished', undefined],
    ['run folder', 'return', 5, 'crashed', { type: 'exit', code: 5 }],
    ['run folder', 'kill', 'SIGKILL', 'crashed', { type: 'killed', evidence: ['exit status: SIGKILL'] }],
    ['logdir', 'finish', 5, 'finished', undefined],
    ['logdir', 'kill', 'SIGKILL', 'crashed', { type: 'killed', evidence: ['exit status: SIGKILL'] }],
  ] as const)(
    '%s, %s: the training goes on, every callback is notified of the end, and no folder comes back',
    async (what, end, code, state, cause) => {
      const { folder, logdir, start } = place()
      const training = await start({ how: 'a deleted folder', end })
      await until('the journal is open at both ends', () => training.moments().some(({ moment }) => moment === 'log'))
      rmSync(what === 'logdir' ? logdir : training.ready.dir, { recursive: true })
      training.child.stdin!.write('now\n')
      expect(await (end === 'kill' ? training.endedAfterWatcher() : training.ended)).toBe(code)
      const outcome = await training.end()
      expect({ state: outcome.state, cause: outcome.cause, steps: outcome.steps }).toEqual({ state, cause, steps: 51 })
      // Every callback was given what was logged, and nobody will find it in a file.
      expect(training.moments().filter(({ moment }) => moment === 'log')).toHaveLength(51)
      if (end === 'finish') {
        const own = training.outcome()
        expect(own.losses.records).toBeGreaterThanOrEqual(51)
        expect(own.waited).toBeLessThan(TIMEOUT)
      }
      if (end !== 'kill') expect(training.stderr().match(/The run folder has been deleted/g)).toHaveLength(1)
      expect([training.messages().mails.length, training.messages().slack.length]).toEqual([1, 1])
      await expectNoOrphans(logdir)
      expect(existsSync(training.ready.dir)).toBe(false)
      if (what === 'logdir') expect(readdirSync(folder)).not.toContain('swanlog')
      else expect(readdirSync(logdir).filter((name) => name.startsWith('run-'))).toEqual([])
      if (what !== 'logdir') expect(readdirSync(`${logdir}/.running`)).toEqual([])
    },
  )

  test('before the background process could open it: it says so, and ends', async () => {
    const { logdir, start } = place()
    const training = await start({ how: 'a deleted folder', end: 'finish' })
    rmSync(training.ready.dir, { recursive: true })
    training.child.stdin!.write('now\n')
    expect(await training.ended).toBe(5)
    expect(training.outcome()).toMatchObject({ state: 'finished', steps: 51 })
    expect(training.outcome().waited).toBeLessThan(TIMEOUT)
    await expectNoOrphans(logdir)
    expect(existsSync(training.ready.dir)).toBe(false)
  })
})
