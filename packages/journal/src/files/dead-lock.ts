import { closeSync, constants, renameSync, rmSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { readRecord, writeRecord, type LockRecord } from './lock-record.ts'
import { openWithin } from './safe-open.ts'

const { O_CREAT, O_EXCL, O_RDWR } = constants

/**
 * Takes over a lock file whose holder is dead, where the kernel keeps no locks. Whoever has judged it so may be slow, and
 * must not remove the lock of somebody who was faster. So the right to replace it is a file named by its token, made
 * exclusively: while that is there nobody else replaces this lock, and a dead holder does not, either.
 *
 * Whoever dies in these few steps leaves that file, and the lock has to be removed by hand.
 *
 * @returns the new lock file, open; absent when somebody else was faster.
 */
export function replaceDeadLock(path: string, dead: LockRecord, record: LockRecord): number | undefined {
  const claim = `${path}.${dead.token ?? 'old'}.claim`
  const fd = open(claim, O_RDWR | O_CREAT | O_EXCL)
  if (fd === undefined) return undefined
  try {
    if (!isStill(path, dead)) throw new Error('replaced')
    writeRecord(fd, record)
    renameSync(claim, path)
    return fd
  } catch {
    rmSync(claim, { force: true })
    closeSync(fd)
    return undefined
  }
}

function isStill(path: string, { token, pid, started }: LockRecord): boolean {
  const fd = open(path, constants.O_RDONLY)
  if (fd === undefined) return false
  const record = readRecord(fd)
  closeSync(fd)
  return typeof record === 'object' && record.token === token && record.pid === pid && record.started === started
}

function open(path: string, flags: number): number | undefined {
  try {
    return openWithin(dirname(path), basename(path), { flags })
  } catch {
    return undefined
  }
}
