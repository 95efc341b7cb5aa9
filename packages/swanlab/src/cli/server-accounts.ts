import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { SwanLabError } from '@swanlab/core'
import type { KeyInfo, Storage, User } from '@swanlab/server'

/** @returns the first key of the new user. */
export async function addUser(dataDir: string, name: string): Promise<string> {
  refuseMissing(dataDir)
  const { createKey, createUser } = await import('@swanlab/server')
  const user = await createUser(dataDir, name)
  return createKey(dataDir, user.name)
}

export async function addKey(dataDir: string, user: string, name?: string): Promise<string> {
  refuseMissing(dataDir)
  const { createKey } = await import('@swanlab/server')
  return createKey(dataDir, user, name)
}

export async function usersIn(dataDir: string): Promise<(User & { readonly keys: number })[]> {
  refuseMissing(dataDir)
  const { listKeys, listUsers } = await import('@swanlab/server')
  return Promise.all(
    (await listUsers(dataDir)).map(async (user) => ({
      ...user,
      keys: user.removedAt === undefined ? (await listKeys(dataDir, user.name)).length : 0,
    })),
  )
}

/** @param user - Default: everybody. */
export async function keysOf(dataDir: string, user?: string): Promise<(KeyInfo & { readonly user: string })[]> {
  refuseMissing(dataDir)
  const { listKeys, listUsers } = await import('@swanlab/server')
  const present = (await listUsers(dataDir)).filter(({ removedAt }) => removedAt === undefined)
  const names = user === undefined ? present.map(({ name }) => name) : [user]
  const keys = await Promise.all(
    names.map(async (name) => (await listKeys(dataDir, name)).map((key) => ({ user: name, ...key }))),
  )
  return keys.flat()
}

/** @returns the folder of what the user had. */
export async function removeUser(dataDir: string, name: string): Promise<string> {
  refuseMissing(dataDir)
  const server = await import('@swanlab/server')
  await server.removeUser(dataDir, name)
  return join(dataDir, 'projects', name)
}

/** @returns a key. */
export async function restoreUser(dataDir: string, name: string): Promise<string> {
  refuseMissing(dataDir)
  const server = await import('@swanlab/server')
  await server.restoreUser(dataDir, name)
  return server.createKey(dataDir, name)
}

export async function revokeKey(dataDir: string, user: string, which: string): Promise<void> {
  refuseMissing(dataDir)
  const server = await import('@swanlab/server')
  await server.revokeKey(dataDir, user, which)
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
export function refuseMissing(dataDir: string): void {
  if (existsSync(dataDir)) return
  throw new SwanLabError('INVALID_FILE', `There is no ${dataDir}; "swanlab server --data ${dataDir}" makes it.`)
}
