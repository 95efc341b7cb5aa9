import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { encodeLog, encodeRecord, JOURNAL_FILE, JournalWriter, type HeaderRecord } from '@swanlab/journal'
import { randomOf } from '../../packages/dashboard/src/testing/random.ts'

/** What one journal holds. */
export interface Synthetic {
  readonly steps: number
  readonly keys: number
  /** Runs of the same seed are the same. */
  readonly seed: number
}

/** Journals are kept for the next time: to write the largest takes half a minute. */
const KEPT = join(tmpdir(), `swanlab-bench-dashboard-${userInfo().username}`)
const WORK = join(KEPT, `work-${process.pid}`)
/** Bytes of all that is kept; what was used longest ago goes first. */
const MOST = 8e9
/** Steps at which every key has one value far above all others. */
export const spikesOf = (steps: number): readonly number[] => [
  Math.floor(0.123456 * steps),
  Math.floor(0.777777 * steps),
]
export const SPIKE = 50
const START = 1_760_000_000_000

/** @returns the path of its journal. */
export function journalOf(what: Synthetic): string {
  const name = `${what.steps}x${what.keys}-${what.seed}.jsonl`
  const path = join(KEPT, name)
  if (!existsSync(path)) {
    mkdirSync(KEPT, { recursive: true, mode: 0o700 })
    makeRoom(what.steps * (50 + 34 * what.keys), name)
    const unfinished = `${path}.${process.pid}.tmp`
    writeJournal(unfinished, what)
    renameSync(unfinished, path)
  }
  utimesSync(path, new Date(), new Date())
  return path
}

/** A run folder in `logdir` with such a journal. It is the same file. */
export function placeRun(logdir: string, name: string, what: Synthetic): string {
  const dir = join(logdir, `run-${name}`)
  mkdirSync(dir, { recursive: true })
  linkSync(journalOf(what), join(dir, JOURNAL_FILE))
  return dir
}

/** Where things are kept for the next time. */
export function keptFolder(): string {
  mkdirSync(KEPT, { recursive: true, mode: 0o700 })
  return KEPT
}

/** Somewhere on the disk of the journals, empty. */
export function emptyFolder(name: string): string {
  const folder = join(WORK, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
}

/** Those of this process, and of others that have been killed. */
export function removeFolders(): void {
  rmSync(WORK, { recursive: true, force: true })
  for (const name of readdirSync(KEPT))
    if (/^work-\d+$/.test(name) && !isAlive(Number(name.slice(5))))
      rmSync(join(KEPT, name), { recursive: true, force: true })
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

function makeRoom(bytes: number, name: string): void {
  const kept = readdirSync(KEPT)
    .filter((file) => /\.(?:jsonl|tmp)$/.test(file))
    .map((file) => {
      const { size, mtimeMs } = statSync(join(KEPT, file))
      return { path: join(KEPT, file), size, mtimeMs }
    })
    .toSorted((a, b) => a.mtimeMs - b.mtimeMs)
  let all = kept.reduce((sum, { size }) => sum + size, bytes)
  for (const { path, size } of kept) {
    if (all <= MOST) break
    rmSync(path)
    all -= size
  }
  const { bavail, bsize } = statfsSync(KEPT)
  if (bavail * bsize < 1.5 * bytes) throw new Error(`There is no room for ${name} in ${KEPT}: ${bytes} bytes`)
}

/** Written by the same writer as a training's. */
export function writeJournal(path: string, { steps, keys, seed }: Synthetic): void {
  let failure: string | undefined
  const writer = new JournalWriter({
    ...{ path, durability: 'buffered', clock: () => START },
    trouble: (message) => (failure ??= message),
  })
  writer.append(encodeRecord(header(seed)), START)
  const random = randomOf(seed)
  const spikes = new Set(spikesOf(steps))
  const data: Record<string, number> = {}
  for (let step = 0; step < steps; step++) {
    const spike = spikes.has(step) ? SPIKE : 0
    for (let key = 0; key < keys; key++)
      data[`${key < keys / 2 ? 'train' : 'eval'}/metric_${key}`] =
        spike + (1 + key / 10) * Math.exp((-3 * step) / steps) + 0.1 * (random() - 0.5)
    writer.append(encodeLog({ step, time: START + 1_000 * step, data }), START)
  }
  const end = START + 1_000 * steps
  writer.append(
    encodeRecord({ type: 'finish', time: end, state: 'finished', duration: end - START, steps, losses: {} }),
    START,
  )
  writer.close()
  if (failure !== undefined) throw new Error(failure)
}

function header(seed: number): HeaderRecord {
  const run: HeaderRecord['run'] = {
    ...{
      id: `bench${seed}`,
      project: 'bench',
      experimentName: `run-${seed}`,
      mode: 'local' as const,
      startTime: START + seed,
    },
    ...{ tags: [`seed-${seed % 5}`], resumed: false, colors: ['#528d59', '#528d59'] as const, callbacks: [] },
    config: { seed, lr: 10 ** -(1 + (seed % 5)), batch: 2 ** (seed % 8) },
  }
  return { type: 'header', format: 1, time: START, run, process: { pid: 1, host: 'bench' } }
}
