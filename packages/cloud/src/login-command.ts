import { addSecret, getRun, SwanLabError, VERSION } from '@swanlab/core/internal'
import type { GivenCredentials } from './credentials.ts'
import { resolveHosts } from './hosts.ts'
import type { LoginOptions } from './login.ts'

export type { LoginOptions } from './login.ts'

/** What the runs of this process log in with; empty: what the environment and the stored login say. */
let given: GivenCredentials = {}

export function givenCredentials(): GivenCredentials {
  return given
}

/**
 * What a program gave somewhere, with what it gave `login()` for what is absent. A key goes to no other server than the
 * one that it was given for.
 *
 * @throws SwanLabError `INVALID_OPTION` for an address that is none.
 */
export function completed({ apiKey, host, webHost }: GivenCredentials): GivenCredentials {
  const own = {
    ...(apiKey !== undefined && { apiKey }),
    ...(host !== undefined && { host }),
    ...(webHost !== undefined && { webHost }),
  }
  const isElsewhere = host !== undefined && given.host !== undefined && resolveHosts(host).api !== given.host
  return isElsewhere ? own : { ...given, ...own }
}

/**
 * Logs in to SwanLab's cloud or to another server, for the runs that this process starts from now on.
 *
 * The key is looked for in this order: `apiKey`, `SWANLAB_API_KEY`, `./.swanlab/.netrc`, `~/.swanlab/.netrc`. A key from a
 * file goes to the host in that file, and one from elsewhere to `host`, `SWANLAB_API_HOST` or SwanLab's cloud.
 *
 * Source: `swanlab.login`.
 *
 * @returns name of the user.
 * @throws SwanLabError `LOGIN_FAILED` when there is no key or it is not accepted, `CLOUD_UNREACHABLE`, `RUN_ACTIVE` while a
 *   run is being recorded, `INVALID_OPTION` for an option that does not exist, or an address that is none.
 *
 * @example
 * ```ts
 * import { login } from 'swanlab'
 *
 * await login({ apiKey: '…', host: 'http://127.0.0.1:5092', save: true })
 * ```
 */
export async function login(options: LoginOptions = {}): Promise<{ username: string; host: string; savedIn?: string }> {
  const { checkLogin } = await import('./cloud-options.ts')
  checkLogin(options)
  if (getRun()) throw new SwanLabError('RUN_ACTIVE', 'login() comes before init(): a run is being recorded.')
  const { login: tryKey } = await import('./login.ts')
  const { username, apiKey, api, web, savedIn } = await tryKey(options, { version: VERSION })
  given = { apiKey, host: api, webHost: web }
  addSecret(apiKey)
  return { username, host: api, ...(savedIn && { savedIn }) }
}
