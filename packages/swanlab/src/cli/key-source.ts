import { findKey, type FoundKey, type GivenCredentials } from '@swanlab/cloud/internal'

/** Where a key was found. */
export type KeySource = Pick<FoundKey, 'kind' | 'place'>

/**
 * Where programs that are started here find their key.
 *
 * @throws SwanLabError `INVALID_OPTION` for an address that is none.
 */
export function findKeySource(given: Omit<GivenCredentials, 'apiKey'>): KeySource | undefined {
  const found = findKey(given)
  return found && { kind: found.kind, place: found.place }
}
