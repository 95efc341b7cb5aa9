import { mkdirSync, rmSync } from 'node:fs'

/**
 * Not recursive: a run folder that was deleted stays deleted.
 *
 * @returns whether it is new.
 */
export function makeUnlessThere(folder: string): boolean {
  try {
    mkdirSync(folder)
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
