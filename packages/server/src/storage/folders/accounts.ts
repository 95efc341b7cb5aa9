import { readFileSync, statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { takeLock } from '@swanlab/core/journal'
import { ApiError, later } from '../../errors.ts'
import { digest, newApiKey, newSid } from '../../ids.ts'
import type { User } from '../interfaces.ts'
import { readJson, Saver, writeJson } from './json-file.ts'
import { Turns } from './turns.ts'

/** How long a session lasts, in milliseconds: clients renew one that has less than a week left. */
const SESSION_TIME = 60 * 86_400_000
/** Sessions of one user; the oldest end first. */
const MAX_SESSIONS = 1_000
const USERS_FILE = 'users.json'
/** How often a process asks whether it may change the users, and how long it waits between, in milliseconds. */
const LOCK_TRIES = 250
const LOCK_PAUSE = 20
const WORKSPACE = /^[0-9a-zA-Z_-]{1,25}$/

interface Account {
  name: string
  createdAt: number
  /** Digests of the keys. */
  keys: string[]
}

interface Session {
  user: string
  expires: number
}

/** Users, their keys and their sessions, in two files that only their owner can read. Secrets are kept as digests. */
export class Accounts {
  readonly #folder: string
  readonly #clock: () => number
  readonly #accounts = new Map<string, Account>()
  readonly #keys = new Map<string, string>()
  readonly #sessions = new Map<string, Session>()
  readonly #turns = new Turns()
  /** The file of users as it was when it was read. */
  #version = ''
  readonly #sessionFile = new Saver(() => writeJson(this.#path('sessions.json'), [...this.#sessions], 0o600))

  private constructor(folder: string, clock: () => number) {
    this.#folder = folder
    this.#clock = clock
  }

  static async open(folder: string, clock: () => number): Promise<Accounts> {
    await mkdir(folder, { recursive: true })
    const accounts = new Accounts(folder, clock)
    accounts.#hear()
    for (const [sid, session] of (await readJson<[string, Session][]>(accounts.#path('sessions.json'))) ?? [])
      accounts.#sessions.set(sid, session)
    return accounts
  }

  users(): readonly User[] {
    return Array.from(this.#accounts.values(), ({ name, createdAt }) => ({ name, createdAt }))
  }

  async createUser(name: string): Promise<User> {
    if (!WORKSPACE.test(name))
      throw new ApiError(400, 'Bad_Request', 'a user name takes 1 to 25 characters of 0-9 a-z A-Z _ -')
    return this.#change(() => {
      if (this.#accounts.has(name)) throw new ApiError(409, 'Conflict', `user ${name} exists`)
      const createdAt = this.#clock()
      this.#accounts.set(name, { name, createdAt, keys: [] })
      return { name, createdAt }
    })
  }

  createKey(user: string): Promise<string> {
    return this.#change(() => {
      const account = this.#accounts.get(user)
      if (!account) throw new ApiError(404, 'Not_Found', `user ${user} not found`)
      const key = newApiKey()
      account.keys.push(digest(key))
      this.#keys.set(digest(key), user)
      return key
    })
  }

  userOfKey(key: string): string | undefined {
    const known = this.#keys.get(digest(key))
    if (known !== undefined) return known
    this.#hear()
    return this.#keys.get(digest(key))
  }

  async openSession(user: string): Promise<{ sid: string; expires: number }> {
    const sid = newSid()
    const now = this.#clock()
    const expires = now + SESSION_TIME
    this.#sessions.set(digest(sid), { user, expires })
    const own = [...this.#sessions].filter(([, session]) => session.user === user)
    for (const [id] of own.slice(0, Math.max(0, own.length - MAX_SESSIONS))) this.#sessions.delete(id)
    for (const [id, session] of this.#sessions) if (session.expires <= now) this.#sessions.delete(id)
    await this.#sessionFile.save()
    return { sid, expires }
  }

  userOfSession(sid: string): string | undefined {
    const session = this.#sessions.get(digest(sid))
    return session && session.expires > this.#clock() ? session.user : undefined
  }

  /** Changes the users that there are, one process at a time. What cannot be saved has not happened. */
  #change<T>(change: () => T): Promise<T> {
    return this.#turns.take('', async () => {
      const release = await lock(this.#path(`${USERS_FILE}.lock`))
      try {
        this.#hear()
        const before = structuredClone([this.#accounts, this.#keys] as const)
        try {
          const result = change()
          await writeJson(this.#path(USERS_FILE), [...this.#accounts.values()], 0o600)
          return result
        } catch (error) {
          restore(this.#accounts, before[0])
          restore(this.#keys, before[1])
          throw error
        }
      } finally {
        release()
      }
    })
  }

  /** Takes note of users and keys that another process has made. */
  #hear(): void {
    const path = this.#path(USERS_FILE)
    const found = statSync(path, { throwIfNoEntry: false })
    const version = `${found?.ino} ${found?.mtimeMs} ${found?.size}`
    if (!found || version === this.#version) return
    for (const account of JSON.parse(readFileSync(path, 'utf8')) as Account[]) {
      const keys = new Set([...(this.#accounts.get(account.name)?.keys ?? []), ...account.keys])
      this.#accounts.set(account.name, { ...account, keys: [...keys] })
      for (const key of keys) this.#keys.set(key, account.name)
    }
    this.#version = version
  }

  #path(name: string): string {
    return join(this.#folder, name)
  }
}

/** @throws ApiError 507 when another process has it for too long. */
async function lock(path: string): Promise<() => void> {
  for (let tries = 0; tries < LOCK_TRIES; tries++) {
    const taken = takeLock(path)
    if (taken.taken) return taken.release
    await new Promise((resolve) => setTimeout(resolve, LOCK_PAUSE))
  }
  throw later(`another process keeps ${USERS_FILE}.lock; remove it when that is gone`)
}

function restore<K, V>(map: Map<K, V>, before: ReadonlyMap<K, V>): void {
  map.clear()
  for (const [key, value] of before) map.set(key, value)
}
