import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const IGNORE_FILE = '.gitignore'

/**
 * Not recursive: a run folder that was deleted stays deleted.
 *
 * @param mode - Permissions. Default: its owner alone.
 * @returns whether it is new.
 */
export function makeUnlessThere(folder: string, mode = 0o700): boolean {
  try {
    mkdirSync(folder, { mode })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Removes a file if that can be done. */
export function discard(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // It stays.
  }
}

/**
 * Keeps a folder out of version control, unless it says already what is to be kept out.
 *
 * @throws the file system's own error.
 */
export function keepOutOfGit(folder: string): void {
  try {
    writeFileSync(join(folder, IGNORE_FILE), '*\n', { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Stops this thread, even in a process that is about to exit. @param ms - Milliseconds. */
export function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}
