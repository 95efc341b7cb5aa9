import { readFileSync } from 'node:fs'
import { DamageError, unreadable } from './damage.ts'
import { isMissing, parseJson } from './json-file.ts'

export const USERS_FILE = 'users.json'
const REMEDY = 'mend it or restore it from a backup: it holds who may come in'

export interface StoredKey {
  readonly digest: string
  /** One key's among those of its user. */
  readonly name: string
  /** Its first characters; unknown of keys that are older than this. */
  readonly prefix?: string
  readonly createdAt?: number
}

export interface Account {
  readonly name: string
  readonly createdAt: number
  /** A user who was removed keeps the name, so that nobody else gets what was theirs. */
  removedAt?: number
  /** When a key of theirs was last revoked. */
  revokedAt?: number
  keys: StoredKey[]
}

/** @returns undefined when there is no such file. @throws DamageError when it cannot be read. */
export function readAccounts(path: string): Map<string, Account> | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw unreadable(path, REMEDY, error)
  }
  const accounts = parseJson(path, text, REMEDY) as (Omit<Account, 'keys'> & { keys: (StoredKey | string)[] })[]
  if (!Array.isArray(accounts)) throw new DamageError({ path, problem: 'does not list users', remedy: REMEDY })
  return new Map(accounts.map((account) => [account.name, { ...account, keys: account.keys.map(keyOf) }]))
}

/** Keys were digests alone once. */
function keyOf(key: StoredKey | string, at: number): StoredKey {
  return typeof key === 'string' ? { digest: key, name: `key-${at + 1}` } : key
}
