import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { expectNoOrphans } from '../orphans.ts'
import { journalIn, TIMEOUT, useTestFolder } from './hardship.ts'

const folder = mkdtempSync(join(tmpdir(), 'full-disk-'))
const mounted: string[] = []
const place = useTestFolder()
afterAll(() => {
  for (const path of mounted) execFileSync('umount', [path])
  rmSync(folder, { recursive: true, force: true })
})

/** A disk of 256 KiB; absent without the right to mount one. */
function disk(name: string): string | undefined {
  const path = join(folder, name)
  try {
    mkdirSync(path)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', path], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  mounted.push(path)
  return path
}

const possible = disk('probe') !== undefined

describe.runIf(process.platform === 'linux')(
  `a full disk${possible ? '' : ' (skipped: nothing may be mounted)'}`,
  () => {
    test.skipIf(!possible).each([
      ['finish', 3],
      ['return', 3],
    ] as const)('a training that ends by %s ends as it would have, and says what it lost', async (end, code) => {
      const logdir = join(disk(end)!, 'swanlog')
      const training = await place().start({ how: 'a full disk', end, logdir })
      expect(await training.ended).toBe(code)
      const outcome = await training.end()
      const { rows } = journalIn(training.ready.dir)
      expect(rows).toBeGreaterThan(500)
      expect(rows).toBeLessThan(5_000)
      expect(outcome.losses.records).toBeGreaterThanOrEqual(5_000 - rows)
      if (end === 'finish') {
        const own = training.outcome()
        expect(own).toMatchObject({ state: 'finished', steps: 5_000 })
        expect(own.losses.records).toBeGreaterThanOrEqual(5_000 - rows)
        // Nobody waits for an end that the disk has refused.
        expect(own.waited).toBeLessThan(TIMEOUT)
      }
      expect(outcome.state).toBe(end === 'finish' ? 'finished' : 'crashed')
      expect(outcome.cause).toEqual(end === 'finish' ? undefined : { type: 'exit', code: 3 })
      expect(training.messages().slack).toHaveLength(1)
      expect(training.messages().mails).toHaveLength(1)
      expect(training.stderr()).toContain('The journal cannot be written (ENOSPC)')
      await expectNoOrphans(logdir)
    })

    test.skipIf(!possible)('a training that is killed on it is reported as killed', async () => {
      const logdir = join(disk('kill')!, 'swanlog')
      const training = await place().start({ how: 'a full disk', end: 'kill', logdir })
      expect(await training.endedAfterWatcher()).toBe('SIGKILL')
      expect(await training.end()).toMatchObject({ state: 'crashed', cause: { type: 'killed' } })
      expect([training.messages().mails.length, training.messages().slack.length]).toEqual([1, 1])
      // While a process is at work, a file may be being replaced.
      await expectNoOrphans(logdir)
      const outbox = join(training.ready.dir, 'outbox')
      expect(existsSync(outbox) ? readdirSync(outbox) : []).not.toContainEqual(expect.stringMatching(/tmp$/))
    })
  },
)
