import { setTimeout as sleep } from 'node:timers/promises'
import { takeLease, type TakenLock } from '@swanlab/journal/internal'

/** How long a lease is waited for, in milliseconds. */
const WAIT = 2_000
const POLL = 50

/**
 * Does something while holding the lease of a run whose training is dead. The kernel closes the files of a dead process
 * one by one, and that of a gigabyte takes its time, so the channel may be closed before the lease is free. Still held
 * after that: somebody continues the run.
 *
 * @param what - Is called with whether it may write to the run.
 */
export async function withLease<T>(dir: string, what: (mayWrite: boolean) => T | Promise<T>): Promise<T> {
  const lease = await leaseOf(dir)
  try {
    return await what(lease !== 'held')
  } finally {
    if (typeof lease === 'object') lease.release()
  }
}

/** Absent: there can be none, as in a deleted folder. */
async function leaseOf(dir: string): Promise<TakenLock | 'held' | undefined> {
  try {
    for (let waited = 0; ; waited += POLL) {
      const lease = takeLease(dir)
      if (lease.taken) return lease
      if (waited >= WAIT) return 'held'
      await sleep(POLL)
    }
  } catch {
    return undefined
  }
}
