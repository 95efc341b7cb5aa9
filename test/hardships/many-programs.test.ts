import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { OutboxFiles } from '../../packages/background/src/outbox-files.ts'
import { expectNoOrphans } from '../orphans.ts'
import { journalIn, useTestFolder } from './hardship.ts'

const PROGRAMS = 20
const place = useTestFolder()

describe.runIf(process.platform === 'linux')('many programs at once', () => {
  test(`${PROGRAMS} programs in one logdir keep out of each other's way`, async () => {
    const { logdir, start } = place()
    const trainings = await Promise.all(
      Array.from({ length: PROGRAMS }, () => start({ how: 'many programs', smtpPort: 0 })),
    )
    expect(await Promise.all(trainings.map(({ ended }) => ended))).toEqual(Array(PROGRAMS).fill(0))
    await Promise.all(trainings.map((training) => training.end()))
    await expectNoOrphans(logdir)

    const folders = readdirSync(logdir).filter((name) => name.startsWith('run-'))
    expect(folders.toSorted()).toEqual(trainings.map(({ ready }) => basename(ready.dir)).toSorted())
    for (const training of trainings) {
      const { dir } = training.ready
      expect(journalIn(dir)).toMatchObject({ rows: 50, finishes: [{ state: 'finished', steps: 50 }], dropped: 0 })
      // RecordedMoment once, by its own background process, and nobody took it for abandoned.
      expect(training.moments().filter(({ moment }) => moment === 'log')).toHaveLength(50)
      expect(training.moments().filter(({ moment }) => moment === 'finish')).toHaveLength(1)
      const { pid: own } = training.ready
      expect(new Set(training.moments().flatMap(({ pid }) => (pid === own ? [] : [pid]))).size).toBe(1)
      expect(new OutboxFiles(dir).load().map(({ state, attempts }) => [state, attempts])).toEqual([['sent', 1]])
      expect(training.messages().slack).toHaveLength(1)
    }
    expect(readdirSync(join(logdir, '.running'))).toEqual([])
  })
})
