import { Accounts } from './storage/folders/accounts.ts'
import type { User } from './storage/interfaces.ts'

// On the data folder alone, so that nothing else of it is touched: a server may be running on it, and hears of this.

/**
 * Makes a user. What a running server with this folder has to know, it finds out when the user's key is used.
 *
 * @param name - Also the name of the workspace: 1 to 25 characters of `0-9 a-z A-Z _ -`.
 * @throws ApiError when the name is taken or none; the file system's own error.
 */
export async function createUser(dataDir: string, name: string, clock: () => number = Date.now): Promise<User> {
  return (await Accounts.open(dataDir, clock)).createUser(name)
}

/**
 * Makes a key for a user.
 *
 * @returns 21 letters and digits. Only a digest is kept: nobody can show it again.
 * @throws ApiError when there is no such user; the file system's own error.
 */
export async function createKey(dataDir: string, user: string): Promise<string> {
  return (await Accounts.open(dataDir, Date.now)).createKey(user)
}

/** @throws the file system's own error. */
export async function listUsers(dataDir: string): Promise<readonly User[]> {
  return (await Accounts.open(dataDir, Date.now)).users()
}
