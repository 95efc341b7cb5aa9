import { mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { takeLock, type LockOptions } from '@swanlab/journal'

const FILE = 'server.lock'

/**
 * Takes a data folder for this process: two servers would write over each other. The kernel lets go of it when the
 * server ends, however it does.
 *
 * @param allowWeak - Go on where the kernel keeps no lock, too.
 * @returns gives it back.
 * @throws Error when another server has it, or the kernel keeps no lock.
 */
export function lockFolder(dataDir: string, allowWeak = false, options: LockOptions = {}): () => void {
  mkdirSync(dataDir, { recursive: true })
  const lock = takeLock(join(realpathSync(dataDir), FILE), options)
  if (!lock.taken) {
    const who = lock.holder ? `, process ${lock.holder.pid} on ${lock.holder.host},` : ''
    // Only a kernel's lock is never left behind.
    const gone = lock.lasting ? `, or remove ${FILE} when it is gone` : ''
    throw new Error(`Another server${who} keeps ${dataDir}; stop it first${gone}.`)
  }
  if (lock.weak === undefined || allowWeak) return lock.release
  lock.release()
  throw new Error(
    `The kernel keeps no lock on ${dataDir}: ${lock.weak}. Two servers over one folder destroy what they keep; when no other one can have this folder, from no container and no machine, say so with --allow-weak-lock (in code: allowWeakLock).`,
  )
}
