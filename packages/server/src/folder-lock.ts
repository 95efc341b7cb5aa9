import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, thisProcess, type ProcessIdentity } from '@swanlab/core/journal'

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
    try {
      writeFileSync(path, JSON.stringify(thisProcess()), { flag: 'wx' })
      return () => rmSync(path, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = holderOf(path)
    // On another machine: nobody here can tell whether it lives.
    if (holder && isAlive(holder) !== false)
      throw new Error(
        `Another server, process ${holder.pid} on ${holder.host}, keeps ${dataDir}; stop it first, or remove ${FILE} when it is gone.`,
      )
    rmSync(path, { force: true })
  }
}

function holderOf(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity
  } catch {
    return undefined
  }
}
