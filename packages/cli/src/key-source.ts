import { join } from 'node:path'
import {
  findHosts,
  globalFolder,
  hereAndNow,
  localFolder,
  readLogin,
  resolveHosts,
  type GivenCredentials,
} from '@swanlab/core/cloud'

/** Where a key was found. */
export interface KeySource {
  readonly kind: 'environment' | 'local' | 'global'
  /** Name of the variable, or path of the file. */
  readonly place: string
}

/**
 * Where programs that are started here find their key, looked for as `findCredentials` of the core does.
 *
 * @throws SwanLabError `INVALID_OPTION` for an address that is none.
 */
export function findKeySource(given: GivenCredentials): KeySource | undefined {
  const around = hereAndNow()
  if (around.env['SWANLAB_API_KEY']) return { kind: 'environment', place: 'SWANLAB_API_KEY' }
  const { api } = findHosts(given, around)
  const folders = [
    ['local', localFolder(around)],
    ['global', globalFolder(around)],
  ] as const
  for (const [kind, folder] of folders) {
    const stored = readLogin(folder)
    if (stored && resolveHosts(stored.host).api === api) return { kind, place: join(folder, '.netrc') }
  }
  return undefined
}
