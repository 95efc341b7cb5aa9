import { realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { takeLock } from '@swanlab/journal'
import { ApiError, later, notFound } from '../../errors.ts'
import { digest, newApiKey, newSid } from '../../ids.ts'
import type { KeyInfo, Session, User } from '../interfaces.ts'
import { readAccounts, USERS_FILE, type Account } from './accounts-file.ts'
import { DamageError } from './damage.ts'
import { makeFolder, readJson, Saver, writeJson } from './json-file.ts'
import { KeyedMutex } from './keyed-mutex.ts'

/** How long a session lasts, in milliseconds: clients renew one that has less than a week left. */
const SESSION_TIME = 60 * 86_400_000
/** Sessions of one user; the oldest end first. */
const MAX_SESSIONS = 1_000
const SESSIONS_FILE = 'sessions.json'
const SESSIONS_REMEDY =
  'mend it or restore it from a backup, or remove it: then all clients have to log in again, and some drop what they have'
/** How often a process asks whether it may change the users, and how long it waits between, in milliseconds. */
const LOCK_TRIES = 250
const LOCK_PAUSE = 20
const WORKSPACE = /^[0-9a-zA-Z_-]{1,25}$/
/** Not `.` and `..`: no address can hold them. */
const KEY_NAME = /^(?!\.{1,2}$)[0-9a-zA-Z._-]{1,50}$/
/** Keys of one user. */
const MAX_KEYS = 1_000
/** Characters of a key that are shown, of 21. */
const PREFIX = 4

interface StoredSession {
  user: string
  expires: number
  /** Digest of the key that opened it; absent from one that is older than this. */
  key?: string
}

const sessionsShape = z.array(
  z.tuple([z.string(), z.looseObject({ user: z.string(), expires: z.number(), key: z.string().optional() })]),
)

/** Users, their keys and their sessions, in two files that only their owner can read. Secrets are kept as digests. */
export class Accounts {
  readonly #folder: string
  readonly #clock: () => number
  #accounts: ReadonlyMap<string, Account> = new Map()
  /** User by digest of a key. */
  #keys: ReadonlyMap<string, string> = new Map()
  readonly #sessions = new Map<string, StoredSession>()
  readonly #mutex = new KeyedMutex()
  /** The file of users as it was when it was read. */
  #version = ''
  #fresh = false
  readonly #sessionFile = new Saver(() => writeJson(this.#path(SESSIONS_FILE), [...this.#sessions]))

  private constructor(folder: string, clock: () => number) {
    this.#folder = folder
    this.#clock = clock
  }

  /** @throws DamageError when a file is there and cannot be read. */
  static async open(folder: string, clock: () => number): Promise<Accounts> {
    await makeFolder(folder)
    const accounts = new Accounts(folder, clock)
    await checkAccounts(folder)
    accounts.#refresh()
    for (const [sid, session] of await readSessions(folder)) accounts.#sessions.set(sid, session)
    return accounts
  }

  users(): readonly User[] {
    this.#refresh()
    return Array.from(this.#accounts.values(), ({ name, createdAt, removedAt }) => ({ name, createdAt, removedAt }))
  }

  isRemoved(user: string): boolean {
    this.#refresh()
    return this.#accounts.get(user)?.removedAt !== undefined
  }

  async createUser(name: string): Promise<User> {
    if (!WORKSPACE.test(name))
      throw new ApiError(400, 'Bad_Request', 'a user name takes 1 to 25 characters of 0-9 a-z A-Z _ -')
    return this.#change((accounts) => {
      const known = accounts.get(name)
      if (known)
        throw new ApiError(
          409,
          'Conflict',
          `user ${name} ${known.removedAt === undefined ? 'exists' : 'was removed; restore it, or take another name'}`,
        )
      const createdAt = this.#clock()
      accounts.set(name, { name, createdAt, keys: [] })
      return { name, createdAt, removedAt: undefined }
    })
  }

  removeUser(name: string): Promise<void> {
    return this.#change((accounts) => {
      const now = this.#clock()
      Object.assign(present(accounts, name), { removedAt: now, revokedAt: now, keys: [] })
    })
  }

  restoreUser(name: string): Promise<void> {
    return this.#change((accounts) => {
      const account = accounts.get(name)
      if (account?.removedAt === undefined) throw notFound(`removed user ${name}`)
      delete account.removedAt
    })
  }

  async createKey(user: string, name?: string): Promise<string> {
    if (name !== undefined && !KEY_NAME.test(name))
      throw new ApiError(400, 'Bad_Request', 'the name of a key takes 1 to 50 characters of 0-9 a-z A-Z . _ -')
    return this.#change((accounts) => {
      const account = present(accounts, user)
      const taken = new Set(account.keys.map((key) => key.name))
      if (name !== undefined && taken.has(name)) throw new ApiError(409, 'Conflict', `${user} has a key named ${name}`)
      if (account.keys.length >= MAX_KEYS)
        throw new ApiError(409, 'Conflict', `${user} has ${MAX_KEYS} keys: revoke one that is not used any more`)
      const key = newApiKey()
      account.keys.push({
        digest: digest(key),
        name: name ?? freeName(taken),
        prefix: key.slice(0, PREFIX),
        createdAt: this.#clock(),
      })
      return key
    })
  }

  keys(user: string): readonly KeyInfo[] {
    this.#refresh()
    const lastUse = new Map<string, number>()
    for (const { key, expires } of this.#sessions.values())
      if (key !== undefined) lastUse.set(key, Math.max(lastUse.get(key) ?? 0, expires - SESSION_TIME))
    return present(this.#accounts, user).keys.map(({ digest: id, name, prefix, createdAt }) => ({
      name,
      prefix,
      createdAt,
      lastUsedAt: lastUse.get(id),
    }))
  }

  revokeKey(user: string, which: string): Promise<void> {
    return this.#change((accounts) => {
      const account = present(accounts, user)
      const found = account.keys.filter(({ name, prefix }) => name === which || prefix === which)
      if (found.length === 0) throw notFound(`key ${which} of ${user}`)
      if (found.length > 1) throw new ApiError(409, 'Conflict', `${user} has several keys that ${which} may mean`)
      account.keys = account.keys.filter((key) => key !== found[0])
      account.revokedAt = this.#clock()
    })
  }

  userOfKey(key: string): string | undefined {
    this.#refresh()
    return this.#keys.get(digest(key))
  }

  async openSession(key: string): Promise<Session | undefined> {
    const user = this.userOfKey(key)
    if (user === undefined) return undefined
    const sid = newSid()
    const expires = this.#clock() + SESSION_TIME
    this.#sessions.set(digest(sid), { user, expires, key: digest(key) })
    for (const [id, session] of this.#sessions) if (!this.#isOpen(session)) this.#sessions.delete(id)
    const own = [...this.#sessions].filter(([, session]) => session.user === user)
    for (const [id] of own.slice(0, Math.max(0, own.length - MAX_SESSIONS))) this.#sessions.delete(id)
    await this.#sessionFile.save()
    return { user, sid, expires }
  }

  userOfSession(sid: string): string | undefined {
    this.#refresh()
    const session = this.#sessions.get(digest(sid))
    return session && this.#isOpen(session) ? session.user : undefined
  }

  keyOfSession(sid: string): string | undefined {
    const user = this.userOfSession(sid)
    const key = this.#sessions.get(digest(sid))?.key
    if (user === undefined || key === undefined) return undefined
    return this.#accounts.get(user)?.keys.find((one) => one.digest === key)?.name
  }

  async closeSession(sid: string): Promise<void> {
    if (this.#sessions.delete(digest(sid))) await this.#sessionFile.save()
  }

  #isOpen({ user, expires, key }: StoredSession): boolean {
    if (expires <= this.#clock()) return false
    if (key !== undefined) return this.#keys.get(key) === user
    // Which key opened it is not known: it may be any that was revoked.
    const account = this.#accounts.get(user)
    return account !== undefined && account.revokedAt === undefined
  }

  /** Changes the users that there are, one process at a time. What cannot be saved has not happened. */
  #change<T>(change: (accounts: Map<string, Account>) => T): Promise<T> {
    return this.#mutex.run('', async () => {
      const release = await lock(join(realpathSync(this.#folder), `${USERS_FILE}.lock`))
      try {
        this.#read()
        const next = structuredClone(this.#accounts) as Map<string, Account>
        const result = change(next)
        await writeJson(this.#path(USERS_FILE), [...next.values()])
        this.#use(next)
        return result
      } finally {
        release()
      }
    })
  }

  /** Takes note of what another process has changed; asked once in a turn of the event loop, however many runs it names. */
  #refresh(): void {
    if (this.#fresh) return
    this.#read()
    this.#fresh = true
    setImmediate(() => (this.#fresh = false))
  }

  #read(): void {
    const path = this.#path(USERS_FILE)
    const found = statSync(path, { throwIfNoEntry: false })
    const version = `${found?.ino} ${found?.mtimeMs} ${found?.size}`
    if (!found || version === this.#version) return
    const accounts = readAccounts(path)
    if (!accounts) return
    this.#use(accounts)
    this.#version = version
  }

  #use(accounts: ReadonlyMap<string, Account>): void {
    this.#accounts = accounts
    this.#keys = new Map(
      Array.from(accounts.values()).flatMap(({ name, keys }) => keys.map((key) => [key.digest, name] as const)),
    )
  }

  #path(name: string): string {
    return join(this.#folder, name)
  }
}

/** @throws DamageError when a file is there and cannot be read. */
export async function checkAccounts(folder: string): Promise<void> {
  const path = join(folder, USERS_FILE)
  const accounts = readAccounts(path)
  const sessions = await readSessions(folder)
  if (accounts || sessions.length === 0) return
  throw new DamageError({
    path,
    problem: 'is gone',
    remedy: `restore it from a backup, or remove ${SESSIONS_FILE} to begin anew`,
  })
}

async function readSessions(folder: string): Promise<readonly [string, StoredSession][]> {
  const path = join(folder, SESSIONS_FILE)
  const { data } = sessionsShape.safeParse((await readJson<unknown>(path, SESSIONS_REMEDY)) ?? [])
  if (data) return data as [string, StoredSession][]
  throw new DamageError({ path, problem: 'does not list sessions', remedy: SESSIONS_REMEDY })
}

/** @throws ApiError 404 */
function present(accounts: ReadonlyMap<string, Account>, name: string): Account {
  const account = accounts.get(name)
  if (!account || account.removedAt !== undefined) throw notFound(`user ${name}`)
  return account
}

function freeName(taken: ReadonlySet<string>): string {
  let number = taken.size + 1
  while (taken.has(`key-${number}`)) number++
  return `key-${number}`
}

/** @throws ApiError 507 when another process has it for too long. */
async function lock(path: string): Promise<() => void> {
  for (let tries = 0; tries < LOCK_TRIES; tries++) {
    const taken = takeLock(path, { tries: 1 })
    if (taken.taken) return taken.release
    await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE))
  }
  throw later(`another process keeps ${USERS_FILE}.lock; remove it when that is gone`)
}
