import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { discard } from '../files/files.ts'
import { lockState, takeLock, type Lock } from '../files/process-lock.ts'
import { isAlive, type ProcessIdentity } from '../files/process-identity.ts'
import { markedRuns, readMark, unmark } from './run-marker.ts'
import { locksMayBeElsewhere } from './shared-disk.ts'

/** Held by whoever may write to a run: the process that records it, or one that writes down how a lost one ended. */
const LEASE = 'run.lock'

/** Run folders whose lease this process holds. */
const leased = new Set<string>()

/** @throws the file system's own error. */
export function takeLease(dir: string): Lock {
  const lock = takeLock(join(dir, LEASE), { owner: 'own' })
  if (!lock.taken) return lock
  leased.add(dir)
  return {
    ...lock,
    release: () => {
      leased.delete(dir)
      lock.release()
    },
  }
}

/**
 * Held by the process that follows a session of a run and delivers its pending messages: its background process, or a
 * later one.
 *
 * @param from - Where the session begins in its journal, in bytes.
 * @throws the file system's own error.
 */
export function takeSessionLock(dir: string, from: number): Lock {
  return takeLock(sessionLockFile(dir, from), { owner: 'own' })
}

/**
 * Whether anybody may still write to a run that has not ended. Where the kernel keeps its locks, they decide; otherwise
 * process numbers do, and `unknown` is whoever runs on another machine or in another container.
 *
 * @param owner - As its journal says.
 */
export function recordingState(dir: string, owner: ProcessIdentity | undefined): 'alive' | 'gone' | 'unknown' {
  const mark = readMark(dir)
  if (mark?.locked) {
    const states = [lockState(join(dir, LEASE)), lockState(sessionLockFile(dir, mark.from ?? 0))]
    if (states.includes('held')) return 'alive'
    return states.includes('unknown') || locksMayBeElsewhere(dir, mark.training) ? 'unknown' : 'gone'
  }
  const alive = [mark?.training ?? owner, mark?.background].map((who) => (who ? isAlive(who) : false))
  return alive.includes(true) ? 'alive' : alive.includes(undefined) ? 'unknown' : 'gone'
}

/**
 * Runs in a logdir that have no living owner: they never ended, or a message of theirs is pending. An owner that cannot
 * be asked counts as alive.
 */
export function abandonedRuns(logdir: string): string[] {
  // With many runs in one process, each of them would look at the locks of all others.
  return markedRuns(logdir, leased).flatMap(({ dir, owners }) =>
    owners && recordingState(dir, undefined) === 'gone' ? [dir] : [],
  )
}

/** A session of a run is over, and none of its messages is pending: its marker and its locks are removed. */
export function settleSession(dir: string, from: number): void {
  unmark(dir, from)
  discard(sessionLockFile(dir, from))
  const lease = join(dir, LEASE)
  // A training that was killed has left it; whoever continues the run may hold it by now.
  if (!existsSync(lease) || lockState(lease) !== 'free') return
  try {
    const lock = takeLease(dir)
    if (lock.taken) lock.release()
  } catch {
    // It stays, and keeps nobody out.
  }
}

/** Who a lock's holder is, as far as it is known. */
export function holderInWords(holder: ProcessIdentity | undefined): string {
  if (holder?.pid === process.pid && isAlive(holder)) return 'this process'
  return holder ? `process ${holder.pid} on ${holder.host}` : 'another process'
}

function sessionLockFile(dir: string, from: number): string {
  return join(dir, `background.${from}.lock`)
}
