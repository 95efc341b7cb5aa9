import { ftruncateSync, readSync, writeSync } from 'node:fs'
import { thisProcess, type ProcessIdentity } from './process-identity.ts'

/** What stands in a lock file. Who holds it is for people to read; what decides is in `process-lock.ts`. */
export interface LockRecord extends ProcessIdentity {
  /** Another one each time that a lock is taken. Absent in what earlier versions wrote. */
  readonly token?: string | undefined
  /** What keeps the lock: the kernel, or the mere existence of the file, as in what earlier versions wrote. */
  readonly by: 'kernel' | 'file'
}

const MAX_SIZE = 4_096
const TOKEN = /^[\w-]{1,64}$/

export function newRecord(by: LockRecord['by'], token: string): LockRecord {
  return { ...thisProcess(), token, by }
}

/** @throws the file system's own error. */
export function writeRecord(fd: number, record: LockRecord): void {
  ftruncateSync(fd, 0)
  writeSync(fd, JSON.stringify(record), 0)
}

/** `empty`: whoever made it has not come to write. `foreign`: it is no lock file. */
export function readRecord(fd: number): LockRecord | 'empty' | 'foreign' {
  const bytes = Buffer.alloc(MAX_SIZE)
  const text = bytes.toString('utf8', 0, readSync(fd, bytes, 0, MAX_SIZE, 0))
  if (text === '') return 'empty'
  try {
    const { pid, host, started, scope, token, by } = JSON.parse(text) as Partial<Record<keyof LockRecord, unknown>>
    if (typeof pid !== 'number' || typeof host !== 'string') return 'foreign'
    return {
      pid,
      host,
      ...(typeof started === 'string' && { started }),
      ...(typeof scope === 'string' && { scope }),
      // It becomes part of paths.
      ...(typeof token === 'string' && TOKEN.test(token) && { token }),
      by: by === 'kernel' ? 'kernel' : 'file',
    }
  } catch {
    // Half of one: its writer died, or the disk was full.
    return text.startsWith('{"pid":') ? 'empty' : 'foreign'
  }
}
