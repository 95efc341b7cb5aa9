import { CloudError, errorOf, unreachable } from './cloud-error.ts'
import type { Credentials } from './credentials.ts'
import type { HttpAnswer, HttpRequest, Transport } from './transport.ts'

/** A session is renewed this long before it expires, as SwanLab's clients do; in milliseconds. */
const RENEWAL = 7 * 86_400_000
/** A server that gives only short sessions must not be logged in to before every request. */
const SHORTEST_USE = 3_600_000
const REQUEST_TIME = 60_000

export interface SessionOptions {
  readonly credentials: Credentials
  readonly transport: Transport
  readonly clock: () => number
  /** Of this library, sent to the server. */
  readonly version: string
  /** How long an answer is waited for, in milliseconds. Default: 60,000. */
  readonly requestTime?: number | undefined
}

export interface CallOptions {
  readonly timeout?: number | undefined
  readonly signal?: AbortSignal | undefined
}

interface Login {
  readonly sid: string
  readonly username: string
  readonly expires: number
  readonly since: number
}

/** A user's session with one server. It begins with the first request, and again whenever the server has forgotten it. */
export class Session {
  readonly #options: SessionOptions
  /** Of all requests that need one: five kinds of data begin at the same time. */
  #login: Promise<Login> | undefined
  #current: Login | undefined

  constructor(options: SessionOptions) {
    this.#options = options
  }

  /** Where people look at runs. */
  get web(): string {
    return this.#options.credentials.web
  }

  /** Name of the personal workspace. @throws CloudError */
  async username(call?: CallOptions): Promise<string> {
    return (await this.#loggedIn(call)).username
  }

  /**
   * @param path - Below `/api`, already escaped.
   * @returns the parsed answer with its status; undefined when it is no JSON.
   * @throws CloudError
   */
  async request(
    method: HttpRequest['method'],
    path: string,
    body?: unknown,
    call?: CallOptions,
  ): Promise<{ status: number; json: unknown }> {
    const what = `${method} ${path.replace(/\?.*/s, '')}`
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
    for (let again = false; ; again = true) {
      const login = await this.#loggedIn(call)
      const headers = { cookie: `sid=${login.sid}`, ...(text !== undefined && { 'content-type': 'application/json' }) }
      const answer = await this.#send(what, { method, path, headers, body: text }, call)
      const error = errorOf(what, answer, this.#options.clock())
      if (!error) return { status: answer.status, json: parsed(answer.text) }
      if (error.status !== 401 || again) throw error
      // Unless another request was answered 401 before, and a new login is in flight.
      if (this.#current === login) this.#login = this.#current = undefined
    }
  }

  /** Puts an object where a signed address says. The session cookie is not sent to the object store. @throws CloudError */
  async put(url: string, body: Uint8Array, contentType: string, call?: CallOptions): Promise<void> {
    const { transport, clock, version, requestTime = REQUEST_TIME } = this.#options
    const headers = { 'content-type': contentType, 'x-swanlab-sdk-version': version }
    const { timeout = requestTime, signal } = call ?? {}
    let answer: HttpAnswer
    try {
      answer = await transport({ method: 'PUT', url, headers, body, timeout, signal })
    } catch (error) {
      throw unreachable('PUT of a file', error)
    }
    const error = errorOf('PUT of a file', answer, clock())
    if (error) throw error
  }

  async #loggedIn(call?: CallOptions): Promise<Login> {
    for (let begun = this.#login; begun; begun = this.#login) {
      const known = await begun
      if (this.#isUsable(known)) return known
      if (this.#login === begun) break
    }
    const login = (this.#login = this.#logIn(call))
    // A failed login is tried again by the next request.
    login.then(
      (known) => {
        if (this.#login === login) this.#current = known
      },
      () => {
        if (this.#login === login) this.#login = undefined
      },
    )
    return login
  }

  #isUsable({ expires, since }: Login): boolean {
    const now = this.#options.clock()
    const stale = expires - now <= RENEWAL && now - since >= SHORTEST_USE
    return !stale && expires > now
  }

  async #logIn(call?: CallOptions): Promise<Login> {
    const { credentials, clock } = this.#options
    const what = 'login'
    const headers = { authorization: credentials.apiKey }
    const answer = await this.#send(what, { method: 'POST', path: '/login/api_key', headers }, call)
    const now = clock()
    const error = errorOf(what, answer, now)
    if (error) throw error
    const { sid, expiredAt, userInfo } = (parsed(answer.text) ?? {}) as Record<string, unknown>
    const username = (userInfo as { username?: unknown } | undefined)?.username
    if (typeof sid !== 'string' || typeof username !== 'string' || !/^[\x21-\x3a\x3c-\x7e]+$/.test(sid))
      throw new CloudError('login: the answer holds no session; is this the address of a SwanLab server?')
    const expires = Date.parse(String(expiredAt))
    return { sid, username, since: now, expires: Number.isNaN(expires) ? now + SHORTEST_USE : expires }
  }

  async #send(
    what: string,
    { path, ...request }: Pick<HttpRequest, 'method' | 'headers' | 'body'> & { path: string },
    call?: CallOptions,
  ): Promise<HttpAnswer> {
    const { credentials, transport, version, requestTime = REQUEST_TIME } = this.#options
    const { timeout = requestTime, signal } = call ?? {}
    const headers = { ...request.headers, 'x-swanlab-sdk-version': version }
    try {
      return await transport({ ...request, headers, url: `${credentials.api}/api${path}`, timeout, signal })
    } catch (error) {
      throw unreachable(what, error)
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
