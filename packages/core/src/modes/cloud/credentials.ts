import { homedir } from 'node:os'
import { join } from 'node:path'
import { SwanLabError } from '../../kernel/error.ts'
import { resolveHosts, type Hosts } from './hosts.ts'
import { foreignLogin, loginFile, readLogin, type StoredLogin } from './netrc.ts'

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

/** A key, and where it was found. */
export interface FoundKey {
  readonly kind: 'argument' | 'environment' | 'local' | 'global'
  /** Name of the variable, or path of the file. */
  readonly place: string
  readonly apiKey: string
}

/** The addresses alone: arguments, then `SWANLAB_API_HOST` and `SWANLAB_WEB_HOST`, then the stored login. */
export function findHosts(given: GivenCredentials, around: Surroundings = hereAndNow()): Hosts {
  const { env } = around
  const [stored] = storedLogins(around)
  const host = given.host ?? (env['SWANLAB_API_HOST'] || undefined)
  const webHost = given.webHost ?? (env['SWANLAB_WEB_HOST'] || undefined)
  const names = {
    api: given.host === undefined ? 'SWANLAB_API_HOST' : 'host',
    web: given.webHost === undefined ? 'SWANLAB_WEB_HOST' : 'webHost',
  }
  if (host !== undefined || !stored) return resolveHosts(host, webHost, names)
  const web = webHost === undefined ? `login in ${stored.place}` : names.web
  return resolveHosts(stored.host, webHost ?? stored.webHost, { api: `machine in ${stored.place}`, web })
}

/**
 * Looks for a key: argument, `SWANLAB_API_KEY`, `./.swanlab/.netrc`, `~/.swanlab/.netrc`. A stored key goes only to the
 * host that it was stored for.
 *
 * @throws SwanLabError `INVALID_OPTION` for an address that is none.
 */
export function findKey(given: GivenCredentials, around: Surroundings = hereAndNow()): FoundKey | undefined {
  const { api } = findHosts(given, around)
  const place = 'SWANLAB_API_KEY'
  if (given.apiKey !== undefined) return { kind: 'argument', place: 'apiKey', apiKey: given.apiKey }
  if (around.env[place]) return { kind: 'environment', place, apiKey: around.env[place] }
  return storedLogins(around).find(({ host }) => apiOf(host) === api)
}

/** @throws SwanLabError `INVALID_OPTION` for an address or a key that is none. */
export function findCredentials(given: GivenCredentials, around: Surroundings = hereAndNow()): Credentials | undefined {
  const found = findKey(given, around)
  return found && { apiKey: checkKey(found.apiKey, found.place), ...findHosts(given, around) }
}

/** Why a login that is kept is not used for `api`, for whoever expected it to be; empty when there is none. */
export function aboutStoredLogins(api: string, around: Surroundings = hereAndNow()): string {
  const others = storedLogins(around).filter(({ host }) => apiOf(host) !== api)
  const unused = [localFolder(around), globalFolder(around)].flatMap((folder) => foreignLogin(folder) ?? [])
  return [
    ...others.map(({ place, host }) => ` The login in ${place} is for ${apiOf(host) ?? 'no address'}.`),
    ...unused.map((why) => ` ${why}`),
  ].join('')
}

/** A key travels in a header. @throws SwanLabError `INVALID_OPTION`, without showing it. */
export function checkKey(apiKey: string, place = 'apiKey'): string {
  const key = apiKey.trim()
  if (/^[\x21-\x7e]{1,512}$/.test(key)) return key
  const which = place === 'apiKey' ? 'The API key' : `The API key in ${place}`
  throw new SwanLabError(
    'INVALID_OPTION',
    `${which} takes 1 to 512 letters, digits or signs without blanks; it is on the settings page of your account.`,
  )
}

function storedLogins(around: Surroundings): (FoundKey & StoredLogin)[] {
  const folders = [
    ['local', localFolder(around)],
    ['global', globalFolder(around)],
  ] as const
  return folders.flatMap(([kind, folder]) => {
    const stored = readLogin(folder)
    return stored ? [{ ...stored, kind, place: loginFile(folder) }] : []
  })
}

function apiOf(host: string): string | undefined {
  try {
    return resolveHosts(host).api
  } catch {
    return undefined
  }
}
