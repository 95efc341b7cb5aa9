import { randomUUID } from 'node:crypto'
import { closeSync, constants, fstatSync, lstatSync, rmSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { SwanLabError } from '@swanlab/core/internal'
import { sleepSync } from './files.ts'
import { openWithin, type Owner } from './safe-open.ts'
import { replaceDeadLock } from './dead-lock.ts'
import { kernelLocks, unsupported, type KernelLocks } from './kernel-locks.ts'
import { newRecord, readRecord, writeRecord, type LockRecord } from './lock-record.ts'
import { isAlive, type ProcessIdentity } from './process-identity.ts'

/** What came of asking for a lock. */
export type Lock =
  | TakenLock
  | {
      readonly taken: false
      /** Who has it, as far as the file shows. */
      readonly holder: ProcessIdentity | undefined
      /** True: the file is the lock, and stays when its holder dies. */
      readonly lasting: boolean
    }

export interface TakenLock {
  readonly taken: true
  /** Absent: the kernel keeps the lock. Otherwise why it cannot, in words; see {@link takeLock} for what that means. */
  readonly weak?: string | undefined
  /** Another one each time. */
  readonly token: string
  /** Token of a holder that died, for whoever names files by it. */
  readonly abandoned?: string | undefined
  /** The open file that the kernel's lock belongs to: a child that inherits it holds the lock as well. */
  readonly fd: number
  /** Removes the file, and lets go. */
  readonly release: () => void
  /** Closes the file in this process and leaves the lock to the child that has inherited it. */
  readonly handOver: () => void
}

export interface LockOptions {
  /** Whose lock file is taken. Default: `any`. */
  readonly owner?: Owner | undefined
  /**
   * How often it is asked for when somebody has it, with short pauses in which this thread sleeps: whoever merely looks
   * whether it is held has it for some microseconds. For those who come back anyway, 1. Default: 10.
   */
  readonly tries?: number | undefined
  /** Default: those of this system, or why there are none. */
  readonly kernel?: KernelLocks | string | undefined
}

const { O_CREAT, O_EXCL, O_RDWR } = constants
const TRIES = 10
/** Between two tries, in milliseconds. */
const PAUSE = 2

/**
 * Takes something for this process, by a lock of the kernel on a file. The kernel lets go of it when the process ends,
 * however it does; process numbers and host names decide nothing, so it holds between containers, and between machines
 * where the file system passes locks on. The file is removed when the lock is released, and stays when its holder is
 * killed, which keeps nobody from taking it.
 *
 * Where the kernel keeps no locks - the file system cannot, or the native module is missing -, `weak` says so. Then the
 * file itself is the lock: made exclusively, and taken over only from a process that is known to be dead, which one in
 * another container or on another machine never is. Such a file has to be removed by hand.
 *
 * @param path - In a folder that exists. No links are followed in its last two parts.
 * @throws SwanLabError `INVALID_FILE` when something else than a lock file is there; the file system's own error.
 */
export function takeLock(path: string, options: LockOptions = {}): Lock {
  const { owner, tries = TRIES, kernel = kernelLocks() } = options
  for (;;) {
    const opened = openLock(path, owner)
    // Another user's, who may have died holding it.
    if (opened === 'denied') return refused('empty', true)
    const { fd, made } = opened
    let keep = false
    try {
      const weak = typeof kernel === 'string' ? kernel : lockSoon(kernel, fd, tries)
      if (weak === false) return refused(readRecord(fd), false)
      if (!isAt(path, fd)) continue
      const lock = weak === true ? keptByKernel(path, fd) : keptByFile(path, fd, made, weak)
      keep = lock.taken
      return lock
    } finally {
      if (!keep) closeSync(fd)
    }
  }
}

/**
 * Whether somebody holds a lock. `unknown`: this process may not look, or the lock is a file whose holder cannot be asked.
 */
export function lockState(path: string, kernel: KernelLocks | string = kernelLocks()): 'held' | 'free' | 'unknown' {
  let fd: number
  try {
    fd = openWithin(dirname(path), basename(path))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'free' : 'unknown'
  }
  try {
    const record = readRecord(fd)
    if (typeof record === 'object' && record.by === 'file') return stateOf(record)
    if (typeof kernel === 'object') return kernel.tryLock(fd, 'shared') ? 'free' : 'held'
    return typeof record === 'object' ? stateOf(record) : 'unknown'
  } catch {
    return 'unknown'
  } finally {
    closeSync(fd)
  }
}

function stateOf(record: LockRecord): 'held' | 'free' | 'unknown' {
  const alive = isAlive(record)
  return alive === undefined ? 'unknown' : alive ? 'held' : 'free'
}

/** Knows whether it made the file: where the kernel keeps no locks, that decides. */
function openLock(path: string, owner: Owner | undefined): { fd: number; made: boolean } | 'denied' {
  for (;;) {
    const made = tryOpen(path, O_RDWR | O_CREAT | O_EXCL, owner, ['EEXIST'])
    if (typeof made === 'number') return { fd: made, made: true }
    const found = tryOpen(path, O_RDWR, owner, ['ENOENT', 'EACCES'])
    if (typeof found === 'number') return { fd: found, made: false }
    if (found === 'EACCES') return 'denied'
  }
}

/** @returns a code that was expected, instead. */
function tryOpen(path: string, flags: number, owner: Owner | undefined, expected: string[]): number | string {
  try {
    return openWithin(dirname(path), basename(path), { flags, owner })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? ''
    if (expected.includes(code)) return code
    throw error
  }
}

/** @returns the reason, in words, when this file cannot be locked. */
function lockSoon(kernel: KernelLocks, fd: number, tries: number): boolean | string {
  try {
    for (let tried = 1; !kernel.tryLock(fd, 'exclusive'); tried++) {
      if (tried >= tries) return false
      sleepSync(PAUSE)
    }
    return true
  } catch (error) {
    const code = unsupported(error)
    if (code === undefined) throw error
    return `the file system keeps none (${code})`
  }
}

/** The file that was locked may have been removed by its last holder, and another one made. */
function isAt(path: string, fd: number): boolean {
  const [there, here] = [lstatSync(path, { throwIfNoEntry: false, bigint: true }), fstatSync(fd, { bigint: true })]
  return there !== undefined && there.ino === here.ino && there.dev === here.dev
}

function keptByKernel(path: string, fd: number): Lock {
  const left = readOwn(path, fd)
  // Made by a process for which the kernel keeps none.
  if (typeof left === 'object' && left.by === 'file' && isAlive(left) !== false) return refused(left, true)
  const token = randomUUID()
  try {
    writeRecord(fd, newRecord('kernel', token))
  } catch {
    // A full disk. The lock holds nevertheless; only nobody can read whose it is.
  }
  const abandoned = typeof left === 'object' ? left.token : undefined
  return { taken: true, token, abandoned, fd, ...lettingGo(path, fd) }
}

function keptByFile(path: string, fd: number, made: boolean, weak: string): Lock {
  const token = randomUUID()
  const record = newRecord('file', token)
  if (made) {
    try {
      writeRecord(fd, record)
    } catch (error) {
      rmSync(path, { force: true })
      throw error
    }
    return { taken: true, weak, token, fd, ...lettingGo(path, fd) }
  }
  const left = readOwn(path, fd)
  if (typeof left !== 'object' || isAlive(left) !== false) return refused(left, true)
  const taken = replaceDeadLock(path, left, record)
  if (taken === undefined) return refused('empty', true)
  closeSync(fd)
  return { taken: true, weak, token, abandoned: left.token, fd: taken, ...lettingGo(path, taken) }
}

/** @throws SwanLabError `INVALID_FILE`: what somebody keeps there must not be written over. */
function readOwn(path: string, fd: number): LockRecord | 'empty' {
  const record = readRecord(fd)
  if (record !== 'foreign' && fstatSync(fd).nlink <= 1) return record
  throw new SwanLabError('INVALID_FILE', `${path} is no lock file; it is left alone.`)
}

function refused(record: LockRecord | 'empty' | 'foreign', lasting: boolean): Lock {
  return { taken: false, holder: typeof record === 'object' ? record : undefined, lasting }
}

function lettingGo(path: string, fd: number): Pick<TakenLock, 'release' | 'handOver'> {
  let open = true
  const close = (): void => {
    if (open) closeSync(fd)
    open = false
  }
  return {
    release: () => {
      if (!open) return
      try {
        // While it is still locked, so that nobody holds a file without a name; and only if it is still ours.
        if (isAt(path, fd)) rmSync(path, { force: true })
      } catch {
        // A read-only disk: the file stays, and keeps nobody out once it is closed.
      }
      close()
    },
    handOver: close,
  }
}
