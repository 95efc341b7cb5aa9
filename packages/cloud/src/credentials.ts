import { homedir } from 'node:os'
import { join } from 'node:path'
import { SwanLabError } from '@swanlab/core/internal'
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

/** A key, where it was found, and where it goes. */
export interface FoundKey {
  readonly kind: 'argument' | 'environment' | 'local' | 'global'
  /** Name of the variable, or path of the file. */
  readonly place: string
  readonly apiKey: string
  /** The only server that it is told to. */
  readonly hosts: Hosts
}

/**
 * Looks for a key: argument, `SWANLAB_API_KEY`, `./.swanlab/.netrc`, `~/.swanlab/.netrc`.
 *
 * A key goes to the host that it came with and to no other. One from a file goes to the host in that file; one from an
 * argument or the environment to the host from an argument or the environment, or to SwanLab's cloud. So a file in a
 * folder that was written by somebody else cannot call for a key of the user's.
 *
 * @throws SwanLabError `INVALID_OPTION` for an address that is none.
 */
export function findKey(given: GivenCredentials, around: Surroundings = hereAndNow()): FoundKey | undefined {
  const named = namedHosts(given, around)
  const place = 'SWANLAB_API_KEY'
  const { [place]: fromEnvironment } = around.env
  if (given.apiKey !== undefined)
    return { kind: 'argument', place: 'apiKey', apiKey: given.apiKey, hosts: resolveNamed(named) }
  if (fromEnvironment) return { kind: 'environment', place, apiKey: fromEnvironment, hosts: resolveNamed(named) }
  const wanted = named.host === undefined ? undefined : resolveNamed(named).api
  const stored = storedLogins(around).find(({ host }) => wanted === undefined || apiOf(host) === wanted)
  return stored && { kind: stored.kind, place: stored.place, apiKey: stored.apiKey, hosts: hostsOf(stored, named) }
}

/** Where the key that would be found goes; without one, where it would have to be for. @throws as {@link findKey}. */
export function findHosts(given: GivenCredentials, around: Surroundings = hereAndNow()): Hosts {
  return findKey(given, around)?.hosts ?? resolveNamed(namedHosts(given, around))
}

/** Where somebody who types a key logs in: where it is said, or as the last time. Never where only a folder's file says. */
export function findLoginHosts(given: GivenCredentials, around: Surroundings = hereAndNow()): Hosts {
  const named = namedHosts(given, around)
  const last = storedLogins(around).find(({ kind }) => kind === 'global')
  return named.host === undefined && last ? hostsOf(last, named) : resolveNamed(named)
}

/** @throws SwanLabError `INVALID_OPTION` for an address or a key that is none. */
export function findCredentials(given: GivenCredentials, around: Surroundings = hereAndNow()): Credentials | undefined {
  const found = findKey(given, around)
  return found && credentialsOf(found)
}

/** @throws SwanLabError `INVALID_OPTION` for a key that is none. */
export function credentialsOf({ apiKey, place, hosts }: FoundKey): Credentials {
  return { apiKey: checkKey(apiKey, place), ...hosts }
}

/** For people: which key is used, and for which server. */
export function describeKey({ kind, place, hosts: { api } }: FoundKey, around: Surroundings = hereAndNow()): string {
  const which = kind === 'argument' ? 'that was given' : `from ${place}`
  return `The API key ${which} is used, for ${api}.${aboutStoredLogins(api, around)}`
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

/** Addresses from arguments and the environment, and what each is called. */
interface NamedHosts {
  readonly host: string | undefined
  readonly webHost: string | undefined
  readonly names: { readonly api: string; readonly web: string }
}

function namedHosts(given: GivenCredentials, { env }: Surroundings): NamedHosts {
  return {
    host: given.host ?? (env['SWANLAB_API_HOST'] || undefined),
    webHost: given.webHost ?? (env['SWANLAB_WEB_HOST'] || undefined),
    names: {
      api: given.host === undefined ? 'SWANLAB_API_HOST' : 'host',
      web: given.webHost === undefined ? 'SWANLAB_WEB_HOST' : 'webHost',
    },
  }
}

function resolveNamed({ host, webHost, names }: NamedHosts): Hosts {
  return resolveHosts(host, webHost, names)
}

function hostsOf({ host, webHost: storedWeb, place }: KeptLogin, { webHost, names }: NamedHosts): Hosts {
  const web = webHost === undefined ? `login in ${place}` : names.web
  return resolveHosts(host, webHost ?? storedWeb, { api: `machine in ${place}`, web })
}

interface KeptLogin extends StoredLogin {
  readonly kind: 'local' | 'global'
  readonly place: string
}

function storedLogins(around: Surroundings): KeptLogin[] {
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
