import { readdirSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SwanLabError, type RunInfo } from '@swanlab/core/internal'
import { IGNORE_FILE, keepOutOfGit, makeUnlessThere } from '../files/files.ts'
import { folderName } from './run-folders.ts'

/** Run folders that may share a second and an id before something else must be wrong. */
const MAX_COLLISIONS = 100

/**
 * Makes the run folder, and the logdir when there is none. Nobody waits for a free name: the next number is as good.
 *
 * @throws SwanLabError `LOGDIR_UNUSABLE`; nothing is left behind then.
 */
export function makeRunFolder({ id, startTime }: RunInfo, logdir: string): string {
  const base = join(logdir, folderName(id, startTime))
  const made = makeLogdir(logdir)
  try {
    for (let n = 0; n < MAX_COLLISIONS; n++) {
      const dir = n === 0 ? base : `${base}.${n}`
      if (makeUnlessThere(dir)) return dir
    }
  } catch (error) {
    removeEmpty(made)
    throw unusable(logdir, error)
  }
  throw new SwanLabError('LOGDIR_UNUSABLE', `${MAX_COLLISIONS} run folders named ${base} exist already.`)
}

/**
 * Makes the logdir when there is none.
 *
 * @returns the folders that are new.
 * @throws SwanLabError `LOGDIR_UNUSABLE`; nothing is left behind then.
 */
export function makeLogdir(logdir: string): string[] {
  const made: string[] = []
  try {
    makeFolders(logdir, made)
    // A new logdir, or an empty one, is kept out of version control.
    if (readdirSync(logdir).length === 0) keepOutOfGit(logdir)
    return made
  } catch (error) {
    removeEmpty(made)
    throw unusable(logdir, error)
  }
}

export function unusable(logdir: string, cause: unknown): SwanLabError {
  const reason = (cause as NodeJS.ErrnoException).code ?? String(cause)
  return new SwanLabError('LOGDIR_UNUSABLE', `"logdir": no run can be recorded in ${logdir} (${reason}).`, { cause })
}

/** One by one: `recursive` of Node 20 never returns from a file system without new folders, such as /proc. */
function makeFolders(path: string, made: string[]): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() || dirname(path) === path) return
  makeFolders(dirname(path), made)
  if (makeUnlessThere(path, 0o777)) made.push(path)
}

/** Another process may have begun to use them by now. */
function removeEmpty(folders: string[]): void {
  try {
    for (const folder of folders.toReversed()) {
      if (readdirSync(folder).every((name) => name === IGNORE_FILE)) rmSync(join(folder, IGNORE_FILE), { force: true })
      rmdirSync(folder)
    }
  } catch {
    // They stay.
  }
}
