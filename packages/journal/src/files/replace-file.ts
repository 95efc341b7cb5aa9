import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from 'node:fs'
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sleepSync } from './files.ts'

export interface ReplaceFileOptions {
  /**
   * Path of the file that is written first: nothing may be there, and it must be on the same disk. Default: a hidden file
   * of a random name beside the one that is replaced.
   */
  readonly scratch?: string | undefined
  /** Permissions. `keep`: those of the file that is replaced, 0666 less the umask when there is none. Default: 0600. */
  readonly mode?: number | 'keep' | undefined
  /** True: the content is on the disk before it is renamed, and the new name when the call returns. Default: false. */
  readonly flush?: boolean | undefined
  /** Is called when all is written, right before it is renamed. What it throws leaves the old content. */
  readonly beforeRename?: (() => unknown) | undefined
}

/** On Windows another program, a virus scanner say, may hold a file for a moment. */
const BUSY = new Set(['EPERM', 'EACCES', 'EBUSY'])
const RENAME_ATTEMPTS = process.platform === 'win32' ? 8 : 1

const PRIVATE = 0o600

/**
 * Writes a file as a whole, through another one that is renamed: whoever reads it, and whenever this process dies, there
 * is the old content or the new one. A link in its place is replaced, and not followed. Works in an `exit` handler.
 *
 * @param content - Or what writes it to an open file.
 * @throws the file system's own error, or what a function threw; the old content is left then.
 * @example
 * ```ts
 * import { replaceFileSync } from '@swanlab/journal'
 *
 * replaceFileSync('state.json', JSON.stringify({ step: 3 }), { flush: true })
 * ```
 */
export function replaceFileSync(
  path: string,
  content: string | Uint8Array | ((fd: number) => void),
  { scratch = scratchOf(path), mode, flush = false, beforeRename }: ReplaceFileOptions = {},
): void {
  const kept = mode === 'keep' ? permissionsOf(statSync(path, { throwIfNoEntry: false })) : undefined
  const fd = openSync(scratch, 'wx', modeOfNew(mode))
  try {
    try {
      if (kept !== undefined) fchmodSync(fd, kept)
      if (typeof content === 'function') content(fd)
      else writeFileSync(fd, content)
      if (flush) fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    beforeRename?.()
    for (let attempt = 1; ; attempt++) {
      try {
        renameSync(scratch, path)
        break
      } catch (error) {
        if (!isBusy(error, attempt)) throw error
        sleepSync(2 ** attempt)
      }
    }
  } catch (error) {
    // Half a file helps nobody, and a full disk needs the space.
    rmSync(scratch, { force: true })
    throw error
  }
  if (flush) syncFolderSync(dirname(path))
}

/** Likewise, without holding up the thread. @throws as {@link replaceFileSync}. */
export async function replaceFile(
  path: string,
  content: string | Uint8Array | ((file: FileHandle) => Promise<unknown>),
  { scratch = scratchOf(path), mode, flush = false, beforeRename }: ReplaceFileOptions = {},
): Promise<void> {
  const kept = mode === 'keep' ? permissionsOf(await stat(path).catch(() => undefined)) : undefined
  const file = await open(scratch, 'wx', modeOfNew(mode))
  try {
    try {
      if (kept !== undefined) await file.chmod(kept)
      if (typeof content === 'function') await content(file)
      else await file.writeFile(content)
      if (flush) await file.datasync()
    } finally {
      await file.close()
    }
    await beforeRename?.()
    for (let attempt = 1; ; attempt++) {
      try {
        await rename(scratch, path)
        break
      } catch (error) {
        if (!isBusy(error, attempt)) throw error
        await sleep(2 ** attempt)
      }
    }
  } catch (error) {
    await rm(scratch, { force: true })
    throw error
  }
  if (flush) await syncFolder(dirname(path))
}

/** Resolves when the names in a folder are on the disk, where the system can be asked for that. Never rejects. */
export async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path)
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch {
    // Then it is as durable as the system makes it.
  }
}

function syncFolderSync(path: string): void {
  try {
    const fd = openSync(path, 'r')
    try {
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  } catch {
    // Likewise.
  }
}

function scratchOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
}

function modeOfNew(mode: number | 'keep' = PRIVATE): number {
  return mode === 'keep' ? 0o666 : mode
}

function permissionsOf(stats: Stats | undefined): number | undefined {
  return stats && stats.mode & 0o7777
}

function isBusy(error: unknown, attempt: number): boolean {
  return attempt < RENAME_ATTEMPTS && BUSY.has((error as NodeJS.ErrnoException).code ?? '')
}
