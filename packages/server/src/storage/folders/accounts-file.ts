import { readFileSync } from 'node:fs'
import { z } from 'zod'
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

const shape = z.array(
  z.looseObject({
    name: z.string(),
    createdAt: z.number(),
    removedAt: z.number().optional(),
    revokedAt: z.number().optional(),
    keys: z.array(
      // Keys were digests alone once.
      z.union([
        z.string(),
        z.looseObject({
          digest: z.string(),
          name: z.string(),
          prefix: z.string().optional(),
          createdAt: z.number().optional(),
        }),
      ]),
    ),
  }),
)

/** @returns undefined when there is no such file. @throws DamageError when it cannot be read. */
export function readAccounts(path: string): Map<string, Account> | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw unreadable(path, REMEDY, error)
  }
  const { data: accounts } = shape.safeParse(parseJson(path, text, REMEDY))
  if (!accounts) throw new DamageError({ path, problem: 'does not list users', remedy: REMEDY })
  return new Map(accounts.map((account) => [account.name, { ...account, keys: account.keys.map(keyOf) } as Account]))
}

function keyOf(key: z.infer<typeof shape>[number]['keys'][number], at: number): StoredKey {
  return typeof key === 'string' ? { digest: key, name: `key-${at + 1}` } : (key as StoredKey)
}
