import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { keepOutOfGit, readOwnFile, replaceWithin } from '@swanlab/journal/internal'

/** A login as SwanLab's clients keep it; all of them share one file. */
export interface StoredLogin {
  /** Address of the api, without `/api`. */
  readonly host: string
  readonly webHost: string | undefined
  readonly apiKey: string
}

const FILE = '.netrc'
/** In bytes; a longer one is no login. */
const MAX_SIZE = 65_536

/** @param folder - Such as `~/.swanlab`. */
export function loginFile(folder: string): string {
  return join(folder, FILE)
}

/**
 * Absent: there is no such file, or it holds no login, or it belongs to another user: whoever chooses the address is sent
 * the run.
 */
export function readLogin(folder: string): StoredLogin | undefined {
  const words = String(readOwnFile(loginFile(folder), MAX_SIZE) ?? '').split(/\s+/)
  const after = (name: string): string | undefined => {
    const at = words.indexOf(name)
    return at < 0 ? undefined : words[at + 1] || undefined
  }
  const [host, apiKey, webHost] = [after('machine'), after('password'), after('login')]
  return host && apiKey ? { host: host.replace(/\/api\/?$/, ''), apiKey, webHost } : undefined
}

/**
 * Replaces whatever login there was. Only its owner can read the file, and no version control takes along what is in `.swanlab`.
 *
 * @throws the file system's own error.
 */
export function writeLogin(folder: string, { host, webHost, apiKey }: StoredLogin): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lines = [`machine ${host}`, ...(webHost ? [`\tlogin ${webHost}`] : []), `\tpassword ${apiKey}`]
  // The folder may be a link: the user, or SWANLAB_SAVE_DIR, says where it is.
  replaceWithin(realpathSync(folder), FILE, `${lines.join('\n')}\n`, { owner: 'own' })
  // Another folder may be one that somebody uses for more.
  if (basename(folder) === '.swanlab') keepOutOfGit(folder)
  return loginFile(folder)
}

/** Why a login that is there is not used; absent when there is none, or nothing is wrong with whose it is. */
export function foreignLogin(folder: string): string | undefined {
  const path = loginFile(folder)
  if (!existsSync(path) || readOwnFile(path, MAX_SIZE)) return undefined
  return `${path} is not used: it is no regular file of yours.`
}

/** @returns whether there was one. */
export function removeLogin(folder: string): boolean {
  const there = readLogin(folder) !== undefined
  rmSync(loginFile(folder), { force: true })
  return there
}
