import { Accounts } from './storage/folders/accounts.ts'
import type { KeyInfo, User } from './storage/interfaces.ts'

// On the data folder alone, so that nothing else of it is touched: a server may be running on it, and notices the change.

/**
 * Makes a user. What a running server with this folder has to know, it finds out with the next request.
 *
 * @param name - Also the name of the workspace: 1 to 25 characters of `0-9 a-z A-Z _ -`.
 * @throws ApiError when the name is taken or none; the file system's own error.
 */
export async function createUser(dataDir: string, name: string, clock: () => number = Date.now): Promise<User> {
  return (await Accounts.open(dataDir, clock)).createUser(name)
}

/**
 * Removes a user. Their keys and sessions end at once, also on a running server; projects and runs stay in the folder, where
 * nobody can reach them through the server, and the name is not given to anybody else.
 *
 * @throws ApiError when there is no such user; the file system's own error.
 */
export async function removeUser(dataDir: string, name: string, clock: () => number = Date.now): Promise<void> {
  await (await Accounts.open(dataDir, clock)).removeUser(name)
}

/**
 * Brings a user who was removed back with what was theirs, but without keys. A server that is running knows it at once.
 *
 * @throws ApiError when no such user was removed; the file system's own error.
 */
export async function restoreUser(dataDir: string, name: string): Promise<void> {
  await (await Accounts.open(dataDir, Date.now)).restoreUser(name)
}

/**
 * Makes a key for a user.
 *
 * @param name - By which it can be told apart and revoked: 1 to 50 characters of `0-9 a-z A-Z . _ -`. Default: `key-1`, …
 * @returns 21 letters and digits. Only a digest is kept: nobody can show it again.
 * @throws ApiError when there is no such user, or the name is taken or none; the file system's own error.
 */
export async function createKey(dataDir: string, user: string, name?: string): Promise<string> {
  return (await Accounts.open(dataDir, Date.now)).createKey(user, name)
}

/**
 * Revokes a key, and ends the sessions that it opened. A running server does so at once.
 *
 * @param which - Name or prefix of the key, see `listKeys`.
 * @throws ApiError when there is none, or several that may be meant; the file system's own error.
 */
export async function revokeKey(dataDir: string, user: string, which: string): Promise<void> {
  await (await Accounts.open(dataDir, Date.now)).revokeKey(user, which)
}

/** What may be shown of the keys of a user. @throws ApiError when there is no such user; the file system's own error. */
export async function listKeys(dataDir: string, user: string): Promise<readonly KeyInfo[]> {
  return (await Accounts.open(dataDir, Date.now)).keys(user)
}

/** Also those who were removed. @throws the file system's own error. */
export async function listUsers(dataDir: string): Promise<readonly User[]> {
  return (await Accounts.open(dataDir, Date.now)).users()
}
