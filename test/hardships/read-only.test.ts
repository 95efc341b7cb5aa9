import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { until } from '../background/start.ts'
import { trackerProcessesIn } from '../orphans.ts'
import { journalIn, TIMEOUT, useTestFolder } from './hardship.ts'
import { bound, stranger } from './permissions.ts'

const place = useTestFolder()

describe.runIf(process.platform === 'linux' && bound)('a place nobody may write to', () => {
  test('init rejects, with one clear error, and leaves nothing', async () => {
    const here = place()
    mkdirSync(here.logdir)
    chmodSync(here.logdir, 0o555)
    const training = await here.start({ how: 'a place nobody may write to' }, [], bound)
    expect(await training.ended).toBe(0)
    expect(training.ready).toEqual({
      name: 'SwanLabError',
      code: 'LOGDIR_UNUSABLE',
      message: `"logdir": no run can be recorded in ${here.logdir} (EACCES).`,
    })
    expect(training.stderr()).toBe('')
    expect(trackerProcessesIn(here.logdir)).toEqual([])
    expect(readdirSync(here.logdir)).toEqual([])
    expect(existsSync(join(here.logdir, '.running'))).toBe(false)
  })

  test.each([
    ['finish', 5, 'finished', undefined],
    ['return', 5, 'crashed', { type: 'exit', code: 5 }],
    ['kill', 'SIGKILL', 'crashed', { type: 'killed', evidence: ['exit status: SIGKILL'] }],
  ] as const)(
    'a run folder that becomes one is written on where it is open, and every callback is notified of the end (%s)',
    async (end, code, state, cause) => {
      const here = place()
      const training = await here.start({ how: 'a place nobody may write to', end }, [], bound)
      const { dir } = training.ready
      const folders = [dir, here.logdir, join(here.logdir, '.running')]
      if (existsSync(join(dir, 'files'))) folders.push(join(dir, 'files'))
      for (const path of folders) chmodSync(path, 0o555)
      training.child.stdin!.write('now\n')
      expect(await (end === 'kill' ? training.endedAfterWatcher() : training.ended)).toBe(code)
      const outcome = await training.end()
      expect({ state: outcome.state, cause: outcome.cause, steps: outcome.steps }).toEqual({ state, cause, steps: 50 })
      expect(journalIn(dir)).toMatchObject({ rows: 50, finishes: [{ state }], dropped: 0 })
      expect([training.messages().mails.length, training.messages().slack.length]).toEqual([1, 1])
      if (end === 'finish') expect(training.outcome().waited).toBeLessThan(TIMEOUT)
      expect(training.stderr()).not.toMatch(/background process (?:is gone|failed)/)
      expect(statSync(dir).mode & 0o777).toBe(0o555)
      for (const path of folders) chmodSync(path, 0o755)
    },
  )

  test.skipIf(stranger === undefined)('a training that gave up privileges and is killed did not end well', async () => {
    const here = place()
    mkdirSync(here.logdir)
    for (const path of [here.folder, here.logdir]) chownSync(path, stranger!, stranger!)
    const training = await here.start({ how: 'privileges that are given up', end: 'kill', become: stranger! })
    await until('it is recorded', () => training.moments().some(({ moment }) => moment === 'log'))
    training.child.stdin!.write('now\n')
    expect(await training.endedAfterWatcher()).toBe('SIGKILL')
    const { state, cause, steps } = await training.end()
    expect({ state, steps }).toEqual({ state: 'crashed', steps: 51 })
    // Whether a dead process still counts as one that hides something depends on the kernel.
    expect(['killed', 'lost-contact']).toContain(cause.type)
  })
})
