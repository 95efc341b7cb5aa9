import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { codeOf } from './failure.ts'

/** Another program, a virus scanner say, may hold a file for a moment on Windows. */
const BUSY = new Set(['EPERM', 'EACCES', 'EBUSY'])
const RENAME_ATTEMPTS = 8

/**
 * Replaces a file in one step: whoever reads it, and whenever this process dies, there is the old text or the new one.
 * The mode is kept.
 *
 * @param scratch - A path in the same folder where nothing is.
 * @param fill - Writes the new text.
 * @param confirm - Called right before the new text takes its place; may throw to leave the old one.
 */
export function replaceFile(
  file: string,
  scratch: string,
  fill: (fd: number) => void,
  confirm: () => void = () => {},
): void {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode
  try {
    const fd = openSync(scratch, 'wx')
    try {
      if (mode !== undefined) fchmodSync(fd, mode & 0o7777)
      fill(fd)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    confirm()
    rename(scratch, file)
  } catch (error) {
    rmSync(scratch, { force: true })
    throw error
  }
}

/** Writes all of it, which one `write` need not do. @returns the number of bytes. */
export function writeAll(fd: number, data: string | Uint8Array, position: number | null = null): number {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data
  for (let done = 0; done < bytes.length;)
    done += writeSync(fd, bytes, done, bytes.length - done, position === null ? null : position + done)
  return bytes.length
}

/** Stops this thread, even in a process that is about to exit. */
export function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function rename(from: string, to: string): void {
  for (let attempt = 1; ; attempt++) {
    try {
      return renameSync(from, to)
    } catch (error) {
      if (attempt === RENAME_ATTEMPTS || !BUSY.has(codeOf(error) ?? '')) throw error
      sleepSync(2 ** attempt)
    }
  }
}
