import { rmSync } from 'node:fs'
import { takeLock, type LockOptions, type TakenLock } from '@swanlab/journal'

/** How long a lock that somebody holds is waited for, in milliseconds. */
const WAIT = 5_000
const MAX_PAUSE = 32

export interface WaitOptions extends LockOptions {
  /** In milliseconds. Default: 5,000. */
  readonly wait?: number | undefined
}

/**
 * Does something while no other process does, by a lock on a file. Everything is synchronous, so it works in an `exit`
 * handler.
 *
 * @param action - Gets a path for a temporary file. Should this process die, whoever takes the lock next removes it.
 * @throws Error when the lock does not become free in time, or whatever `action` throws.
 */
export function withLock<T>(lockFile: string, action: (scratch: string) => T, options: WaitOptions = {}): T {
  const lock = acquire(lockFile, options)
  try {
    if (lock.abandoned !== undefined) rmSync(scratchOf(lockFile, lock.abandoned), { force: true })
    return action(scratchOf(lockFile, lock.token))
  } finally {
    lock.release()
  }
}

function acquire(lockFile: string, { wait = WAIT, ...options }: WaitOptions): TakenLock {
  const deadline = performance.now() + wait
  for (let pause = 1; ; pause = Math.min(pause * 2, MAX_PAUSE)) {
    const lock = takeLock(lockFile, { tries: 1, ...options })
    if (lock.taken) return lock
    if (performance.now() >= deadline) {
      const who = lock.holder ? `process ${lock.holder.pid} on ${lock.holder.host}` : 'somebody'
      const gone = lock.lasting ? '; remove it when that is gone' : ''
      throw new Error(`${lockFile} has been held by ${who} for ${wait} ms${gone}`)
    }
    // Unequal pauses, or processes that met once would meet again.
    sleepSync(pause * (0.5 + Math.random()))
  }
}

/** Stops this thread, even in a process that is about to exit. */
function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function scratchOf(lockFile: string, token: string): string {
  return `${lockFile}.${token}`
}
