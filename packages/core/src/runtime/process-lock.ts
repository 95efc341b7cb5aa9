import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isAlive, thisProcess, type ProcessIdentity } from './process-identity.ts'

/** What came of asking for a lock. */
export type Lock =
  | { readonly taken: true; readonly release: () => void }
  /** Somebody else has it; who, unless the file cannot be read. */
  | { readonly taken: false; readonly holder: ProcessIdentity | undefined }

/**
 * Takes something for this process, by a file. What a process that is gone left behind is taken over; on another machine
 * it counts as alive, because nobody here can tell.
 *
 * @throws the file system's own error.
 */
export function takeLock(path: string): Lock {
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(path, JSON.stringify(thisProcess()), { flag: 'wx' })
      return { taken: true, release: () => rmSync(path, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = holderOf(path)
    if (!holder || isAlive(holder) !== false || attempt > 0) return { taken: false, holder }
    rmSync(path, { force: true })
  }
}

function holderOf(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity
  } catch {
    return undefined
  }
}
