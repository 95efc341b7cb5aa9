import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { discard, makeUnlessThere } from '../runtime/files.ts'
import type { ProcessIdentity } from '../runtime/process-identity.ts'
import { readWithin, replaceWithin } from '../runtime/safe-open.ts'

/** Folder, in a logdir, of the marks of runs that are not over. */
const FOLDER = '.running'
/** In bytes; a longer mark is none. */
const MAX_MARK = 65_536

/** Whoever takes care of a run. */
export interface Caretakers {
  readonly training: ProcessIdentity
  readonly background?: ProcessIdentity | undefined
}

/**
 * Marks a run as not over, so that somebody finds it should everybody who takes care of it die. Best effort: without
 * the mark a run is as good as any other, except that nobody looks for it.
 *
 * @param dir - The run folder.
 */
export function markRunning(dir: string, caretakers: Caretakers): void {
  const path = markOf(dir)
  try {
    makeUnlessThere(dirname(path))
    replaceWithin(dirname(path), basename(path), JSON.stringify(caretakers))
  } catch {
    // A full or read-only disk, or somebody else's folder.
  }
}

/** The run is over, and nothing of it is owed to anybody. */
export function unmark(dir: string): void {
  discard(markOf(dir))
}

/**
 * Run folders that are marked, with those who took care of them; unknown when the mark cannot be read, or was not made
 * by this user: whoever finds a mark may act on it.
 */
export function markedRuns(logdir: string): { dir: string; caretakers: Caretakers | undefined }[] {
  let names: string[]
  try {
    names = readdirSync(join(logdir, FOLDER)).filter((name) => name.startsWith('run-') && !/\.(?:tmp|lock)$/.test(name))
  } catch {
    return []
  }
  return names.map((name) => ({ dir: join(logdir, name), caretakers: readMark(join(logdir, FOLDER), name) }))
}

/** Path of a file beside a run's mark. */
export function besideMark(dir: string, suffix: string): string {
  return `${markOf(dir)}.${suffix}`
}

function markOf(dir: string): string {
  return join(dirname(dir), FOLDER, basename(dir))
}

function readMark(folder: string, name: string): Caretakers | undefined {
  try {
    const mark = JSON.parse(String(readWithin(folder, name, 'own', MAX_MARK))) as Caretakers
    return typeof mark.training?.pid === 'number' ? mark : undefined
  } catch {
    return undefined
  }
}
