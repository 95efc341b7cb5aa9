import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { codeOf } from './failure.ts'
import { sleepSync } from './replace-file.ts'

/** How long to be patient, in milliseconds. */
export interface LockLimits {
  /** With a lock that somebody holds. */
  readonly wait: number
  /** Until a holder that cannot be asked is taken for dead. */
  readonly stale: number
}

const LIMITS: LockLimits = { wait: 5_000, stale: 30_000 }
const MAX_PAUSE = 32

/** A lock that is being held. */
export interface Lock {
  /** A path for a temporary file. Should this process die, whoever takes the lock over removes it. */
  readonly scratch: string
  /** @throws Error when somebody took this lock for a dead one and took it over. */
  readonly confirm: () => void
}

interface Holder {
  readonly token: string
  readonly pid: number
  readonly host: string
  /** Tells a process from a later one with the same number; empty where the system does not say. */
  readonly born: string
}

/**
 * Does something while no other process does, by holding a lock file. The lock of a process that is gone is taken over.
 * Everything is synchronous, so it works in an `exit` handler.
 *
 * @throws Error when the lock does not become free in time, or whatever `action` throws.
 */
export function withLock<T>(lockFile: string, action: (lock: Lock) => T, limits: LockLimits = LIMITS): T {
  const me: Holder = { token: randomUUID(), pid: process.pid, host: hostname(), born: birthOf(process.pid) }
  acquire(lockFile, me, limits)
  const isMine = (): boolean => readHolder(lockFile)?.token === me.token
  try {
    return action({
      scratch: scratchOf(lockFile, me),
      confirm: () => {
        if (!isMine()) throw new Error(`${lockFile} was taken over by another process`)
      },
    })
  } finally {
    if (isMine()) remove(lockFile)
  }
}

function acquire(lockFile: string, me: Holder, limits: LockLimits): void {
  const deadline = performance.now() + limits.wait
  for (let pause = 1; !create(lockFile, JSON.stringify(me)); pause = Math.min(pause * 2, MAX_PAUSE)) {
    if (isStale(lockFile, limits)) takeOver(lockFile, limits)
    if (performance.now() >= deadline) {
      const pid = readHolder(lockFile)?.pid
      throw new Error(`${lockFile} has been held by ${pid ? `process ${pid}` : 'somebody'} for ${limits.wait} ms`)
    }
    // Unequal pauses, or processes that met once would meet again.
    sleepSync(pause * (0.5 + Math.random()))
  }
}

/** Only one process at a time may remove a lock that is not its own, or a new one could be taken for the stale one. */
function takeOver(lockFile: string, limits: LockLimits): void {
  const claim = `${lockFile}.takeover`
  if (!create(claim, '')) {
    if (ageOf(claim) > limits.stale) remove(claim)
    return
  }
  try {
    if (!isStale(lockFile, limits)) return
    const holder = readHolder(lockFile)
    if (holder) remove(scratchOf(lockFile, holder))
    remove(lockFile)
  } finally {
    remove(claim)
  }
}

function isStale(lockFile: string, limits: LockLimits): boolean {
  if (ageOf(lockFile) > limits.stale) return true
  const holder = readHolder(lockFile)
  return holder !== undefined && holder.host === hostname() && !lives(holder)
}

function lives({ pid, born }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false
  }
  return born === '' || birthOf(pid) === '' || birthOf(pid) === born
}

/** When a process was started, as Linux counts it. */
function birthOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name of the program, in parentheses, may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}

/** False when the file is there already. */
function create(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx' })
    return true
  } catch (error) {
    const code = codeOf(error)
    // Windows answers EPERM for a file that is just being removed.
    if (code === 'EEXIST' || (code === 'EPERM' && process.platform === 'win32')) return false
    throw error
  }
}

/** Absent: there is no lock, or its holder has not signed it. */
function readHolder(lockFile: string): Holder | undefined {
  try {
    const holder: unknown = JSON.parse(readFileSync(lockFile, 'utf8'))
    return isHolder(holder) ? holder : undefined
  } catch {
    return undefined
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null) return false
  const { token, pid, host, born }: { [K in keyof Holder]?: unknown } = value
  return (
    // The token becomes part of a path.
    typeof token === 'string' &&
    /^[\w-]{1,64}$/.test(token) &&
    typeof pid === 'number' &&
    Number.isSafeInteger(pid) &&
    pid > 0 &&
    typeof host === 'string' &&
    typeof born === 'string'
  )
}

function scratchOf(lockFile: string, { token }: Holder): string {
  return `${lockFile}.${token}`
}

function ageOf(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat ? Date.now() - stat.mtimeMs : 0
}

/** A lock that cannot be removed now is stale once this process has ended. */
function remove(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {}
}
