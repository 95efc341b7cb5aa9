import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { thisProcess } from '../files/process-identity.ts'
import { markedRuns, markRunning, unmark } from './run-marker.ts'
import { temporaryPaths } from './testing/folder.ts'

const newLogdir = temporaryPaths('logdir')

function newRun(name = 'run-20260101_000000-a'): string {
  const dir = join(newLogdir(), name)
  mkdirSync(dir, { recursive: true })
  return dir
}

test('a run is marked until it is unmarked, by its latest owners', () => {
  const dir = newRun()
  const logdir = dirname(dir)
  expect(markedRuns(logdir)).toEqual([])
  markRunning(dir, { training: thisProcess() })
  markRunning(dir, { training: thisProcess(), background: { pid: 1, host: 'h' } })
  expect(markedRuns(logdir)).toEqual([{ dir, owners: { training: thisProcess(), background: { pid: 1, host: 'h' } } }])
  unmark(dir)
  unmark(dir)
  expect(markedRuns(logdir)).toEqual([])
  expect(readdirSync(join(logdir, '.running'))).toEqual([])
})

test('the end of one session leaves the mark of the next', () => {
  const dir = newRun()
  markRunning(dir, { training: thisProcess(), from: 900 })
  unmark(dir, 0)
  expect(markedRuns(dirname(dir))).toHaveLength(1)
  unmark(dir, 900)
  expect(markedRuns(dirname(dir))).toEqual([])
})

test.each(['', 'null', '5', '{"training":{}}', '{"training":{"pid":'])(
  'the mark %j does not say whose it is',
  (text) => {
    const dir = newRun()
    markRunning(dir, { training: thisProcess() })
    writeFileSync(join(dirname(dir), '.running', 'run-20260101_000000-a'), text)
    expect(markedRuns(dirname(dir))).toEqual([{ dir, owners: undefined }])
  },
)

test('a file that holds no marker is ignored', () => {
  const dir = newRun()
  markRunning(dir, { training: thisProcess() })
  for (const name of [`${basename(dir)}.lock`, `${basename(dir)}.tmp`, 'notes.txt'])
    writeFileSync(join(dirname(dir), '.running', name), '')
  expect(markedRuns(dirname(dir)).map((run) => run.dir)).toEqual([dir])
})

test('where no mark can be written there is none, and nothing is thrown', () => {
  const dir = newRun()
  rmSync(dirname(dir), { recursive: true })
  markRunning(dir, { training: thisProcess() })
  unmark(dir)
  expect([existsSync(dirname(dir)), markedRuns(dirname(dir))]).toEqual([false, []])
})

test('a mark is for its owner alone, and is not written through a link', () => {
  const dir = newRun()
  const folder = join(dirname(dir), '.running')
  mkdirSync(folder, { mode: 0o700 })
  const victim = join(dirname(dir), 'victim')
  writeFileSync(victim, 'mine')
  for (const name of [basename(dir), `${basename(dir)}.tmp`]) symlinkSync(victim, join(folder, name))
  markRunning(dir, { training: thisProcess() })
  expect(readFileSync(victim, 'utf8')).toBe('mine')
  expect(statSync(join(folder, basename(dir))).mode & 0o777).toBe(0o600)
  expect(markedRuns(dirname(dir))).toMatchObject([{ owners: { training: thisProcess() } }])
})

test.runIf(process.getuid?.() === 0)("another user's mark is not believed, nor any in another user's folder", () => {
  const dir = newRun()
  markRunning(dir, { training: thisProcess() })
  const folder = join(dirname(dir), '.running')
  chownSync(join(folder, basename(dir)), 65_534, 65_534)
  expect(markedRuns(dirname(dir))).toEqual([{ dir, owners: undefined }])
  markRunning(dir, { training: thisProcess() })
  chownSync(folder, 65_534, 65_534)
  expect(markedRuns(dirname(dir))).toEqual([{ dir, owners: undefined }])
})
