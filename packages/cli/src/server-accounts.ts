import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { SwanLabError } from '@swanlab/core'
import type { Storage } from '@swanlab/server'

/** @returns the first key of the new user. */
export async function addUser(dataDir: string, name: string): Promise<string> {
  refuseMissing(dataDir)
  const { createKey, createUser } = await import('@swanlab/server')
  const user = await createUser(dataDir, name)
  return createKey(dataDir, user.name)
}

export async function addKey(dataDir: string, user: string): Promise<string> {
  refuseMissing(dataDir)
  const { createKey } = await import('@swanlab/server')
  return createKey(dataDir, user)
}

/** Makes a user where there is none. @returns its key; absent when there are users. */
export async function firstUser(storage: Storage): Promise<{ name: string; key: string } | undefined> {
  if (storage.users().length > 0) return undefined
  const { name } = await storage.createUser(nameOfThisUser())
  return { name, key: await storage.createKey(name) }
}

function nameOfThisUser(): string {
  try {
    return (
      userInfo()
        .username.replaceAll(/[^0-9a-zA-Z_-]/g, '')
        .slice(0, 25) || 'me'
    )
  } catch {
    // Containers run programs as users that have no name.
    return 'me'
  }
}

/** Whoever mistypes the folder must not get an account on a server that nobody runs. */
function refuseMissing(dataDir: string): void {
  if (existsSync(dataDir)) return
  throw new SwanLabError('INVALID_FILE', `There is no ${dataDir}; "swanlab server --data ${dataDir}" makes it.`)
}
