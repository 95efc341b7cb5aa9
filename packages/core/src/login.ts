import { getRun } from './current.ts'
import { SwanLabError } from './kernel/error.ts'
import type { GivenCredentials } from './modes/cloud/credentials.ts'
import type { LoginOptions } from './modes/cloud/login.ts'
import { VERSION } from './version.ts'

export type { LoginOptions } from './modes/cloud/login.ts'

/** What the runs of this process log in with; empty: what the environment and the stored login say. */
let given: GivenCredentials = {}

export function givenCredentials(): GivenCredentials {
  return given
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
 * await login({ apiKey: '…', host: 'http://127.0.0.1:5092', save: true })
 * ```
 */
export async function login(options: LoginOptions = {}): Promise<{ username: string; host: string; savedIn?: string }> {
  const { checkLogin } = await import('./cloud-options.ts')
  checkLogin(options)
  if (getRun()) throw new SwanLabError('RUN_ACTIVE', 'login() comes before init(): a run is being recorded.')
  const { login: tryKey } = await import('./modes/cloud/login.ts')
  const { username, apiKey, api, web, savedIn } = await tryKey(options, { version: VERSION })
  given = { apiKey, host: api, webHost: web }
  return { username, host: api, ...(savedIn && { savedIn }) }
}
