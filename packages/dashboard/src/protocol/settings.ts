/** Answer of `POST …/session` with `{ key }`: an API key opens a session. `DELETE …/session` ends it. */
export interface SignedIn {
  /** The bearer from now on. */
  readonly token: string
  readonly viewer: string
  /** Milliseconds since 1970, as all times here. */
  readonly expires: number
}

/** Of `GET …/keys`: what may be shown of a key. `DELETE …/keys/<name>` revokes it, and ends the sessions that it opened. */
export interface KeyRow {
  readonly name: string
  /** Its first characters. */
  readonly prefix?: string | undefined
  readonly createdAt?: number | undefined
  readonly lastUsedAt?: number | undefined
  /** It opened the session that asks: to revoke it signs out. */
  readonly current: boolean
}

export interface KeyList {
  readonly keys: readonly KeyRow[]
}

/** Answer of `POST …/keys` with `{ name? }`. */
export interface MadeKey {
  /** Nobody can show it again. */
  readonly key: string
}

/**
 * Of `GET …/users/<user>/projects`: those that the viewer may see; 404 when there are none, unless they are the viewer's own.
 * `POST …/projects/<name>` with `{ public }` says who may see one of the viewer's.
 */
export interface ProjectRow {
  readonly name: string
  /** True: whoever is signed in may see its runs. */
  readonly public: boolean
  readonly runs: number
}

export interface ProjectList {
  readonly projects: readonly ProjectRow[]
}
