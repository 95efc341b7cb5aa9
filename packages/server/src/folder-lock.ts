import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { takeLock } from '@swanlab/core/journal'

const FILE = 'server.lock'

/**
 * Takes a data folder for this process: two servers would write over each other. What a server that was killed left
 * behind is taken over.
 *
 * @returns gives it back.
 * @throws Error when another server has it.
 */
export function lockFolder(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true })
  const path = join(dataDir, FILE)
  for (;;) {
    const lock = takeLock(path)
    if (lock.taken) return lock.release
    if (lock.holder)
      throw new Error(
        `Another server, process ${lock.holder.pid} on ${lock.holder.host}, keeps ${dataDir}; stop it first, or remove ${FILE} when it is gone.`,
      )
    rmSync(path, { force: true })
  }
}
