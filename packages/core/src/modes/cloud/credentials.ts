import { homedir } from 'node:os'
import { join } from 'node:path'
import { SwanLabError } from '../../kernel/error.ts'
import { resolveHosts, type Hosts } from './hosts.ts'
import { readLogin } from './netrc.ts'

/** What it takes to log in. */
export interface Credentials extends Hosts {
  readonly apiKey: string
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly home: string
}

/** What a program gave itself; what is absent is looked for. */
export interface GivenCredentials {
  readonly apiKey?: string | undefined
  readonly host?: string | undefined
  readonly webHost?: string | undefined
}

export function hereAndNow(): Surroundings {
  return { env: process.env, cwd: process.cwd(), home: homedir() }
}

/** Folder of the login that all projects of a user share. */
export function globalFolder({ env, home }: Surroundings): string {
  return env['SWANLAB_SAVE_DIR'] || env['SWANLAB_ROOT'] || join(home, '.swanlab')
}

/** Folder of a login for one project alone. */
export function localFolder({ cwd }: Surroundings): string {
  return join(cwd, '.swanlab')
}

/** The addresses alone: arguments, then `SWANLAB_API_HOST` and `SWANLAB_WEB_HOST`, then the stored login. */
export function findHosts(given: GivenCredentials, around: Surroundings = hereAndNow()): Hosts {
  const { env } = around
  const stored = readLogin(localFolder(around)) ?? readLogin(globalFolder(around))
  const host = given.host ?? (env['SWANLAB_API_HOST'] || undefined)
  const webHost = given.webHost ?? (env['SWANLAB_WEB_HOST'] || undefined)
  return host === undefined && stored
    ? resolveHosts(stored.host, webHost ?? stored.webHost)
    : resolveHosts(host, webHost)
}

/**
 * Looks for a key: argument, `SWANLAB_API_KEY`, `./.swanlab/.netrc`, `~/.swanlab/.netrc`. A stored key goes only to the
 * host that it was stored for.
 *
 * @throws SwanLabError `INVALID_OPTION` for an address that is none.
 */
export function findCredentials(given: GivenCredentials, around: Surroundings = hereAndNow()): Credentials | undefined {
  const hosts = findHosts(given, around)
  const apiKey = given.apiKey ?? (around.env['SWANLAB_API_KEY'] || undefined)
  if (apiKey !== undefined) return { apiKey: checkKey(apiKey), ...hosts }
  for (const folder of [localFolder(around), globalFolder(around)]) {
    const stored = readLogin(folder)
    if (stored && resolveHosts(stored.host).api === hosts.api) return { apiKey: checkKey(stored.apiKey), ...hosts }
  }
  return undefined
}

/** A key travels in a header. @throws SwanLabError `INVALID_OPTION`, without showing it. */
export function checkKey(apiKey: string): string {
  const key = apiKey.trim()
  if (/^[\x21-\x7e]{1,512}$/.test(key)) return key
  throw new SwanLabError(
    'INVALID_OPTION',
    'The API key takes 1 to 512 letters, digits or signs without blanks; it is on the settings page of your account.',
  )
}
