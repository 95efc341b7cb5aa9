import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { discard, makeUnlessThere } from '../files/files.ts'
import type { ProcessIdentity } from '../files/process-identity.ts'
import { readWithin, replaceWithin } from '../files/safe-open.ts'

/** Folder, in a logdir, of the marks of runs that are not over. */
const FOLDER = '.running'
/** In bytes; a longer mark is none. */
const MAX_MARK = 65_536

/** The processes that record and follow a run. */
export interface Owners {
  readonly training: ProcessIdentity
  readonly background?: ProcessIdentity | undefined
  /** Where their session of the run begins in its journal, in bytes. */
  readonly from?: number | undefined
  /** Locks of the kernel show whether they live: what is above is for people to read. */
  readonly locked?: boolean | undefined
}

/**
 * Marks a run as not over, so that another process recovers it when all its owners die. Best effort: without
 * the mark a run is as good as any other, except that nobody looks for it.
 *
 * @param dir - The run folder.
 */
export function markRunning(dir: string, owners: Owners): void {
  const path = markOf(dir)
  try {
    makeUnlessThere(dirname(path))
    replaceWithin(dirname(path), basename(path), JSON.stringify(owners))
  } catch {
    // A full or read-only disk, or somebody else's folder.
  }
}

/**
 * The run is over, and none of its messages is pending.
 *
 * @param from - Where the session begins that is over: one that has begun since keeps its mark.
 */
export function unmark(dir: string, from?: number): void {
  const marked = readMark(dir)?.from
  if (from === undefined || marked === undefined || marked === from) discard(markOf(dir))
}

/**
 * Run folders that are marked, with their owners; unknown when the mark cannot be read, or was not made
 * by this user: whoever finds a mark may act on it.
 *
 * @param except - Run folders that are not looked at.
 */
export function markedRuns(
  logdir: string,
  except: ReadonlySet<string> = new Set(),
): { dir: string; owners: Owners | undefined }[] {
  let names: string[]
  try {
    names = readdirSync(join(logdir, FOLDER)).filter((name) => name.startsWith('run-') && !/\.(?:tmp|lock)$/.test(name))
  } catch {
    return []
  }
  return names
    .map((name) => join(logdir, name))
    .filter((dir) => !except.has(dir))
    .map((dir) => ({ dir, owners: readMark(dir) }))
}

function markOf(dir: string): string {
  return join(dirname(dir), FOLDER, basename(dir))
}

/** Absent: there is none that says whose it is. */
export function readMark(dir: string): Owners | undefined {
  try {
    const mark = JSON.parse(String(readWithin(join(dirname(dir), FOLDER), basename(dir), 'own', MAX_MARK))) as Owners
    return typeof mark.training?.pid === 'number' ? mark : undefined
  } catch {
    return undefined
  }
}
