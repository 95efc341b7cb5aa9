import { isDeepStrictEqual } from 'node:util'
import type { ConfigSnapshot, JsonValue } from '../contract/payloads.ts'

/** By name: what stands there instead, undefined where it was left out, or the changes inside. */
export type Changes = ReadonlyMap<string, { readonly to: JsonValue | undefined } | Changes>

/** How two configurations differ. Lists are whole. */
export function changesOf(given: ConfigSnapshot, answered: ConfigSnapshot): Changes {
  const changes = new Map<string, { readonly to: JsonValue | undefined } | Changes>()
  for (const name of new Set([...Object.keys(given), ...Object.keys(answered)])) {
    const [from, to] = [memberOf(given, name), memberOf(answered, name)]
    if (isDeepStrictEqual(from, to)) continue
    changes.set(name, isGroup(from) && isGroup(to) ? changesOf(from, to) : { to })
  }
  return changes
}

/**
 * A configuration with these changes. They hold whatever the program has put there since: what a callback has taken out
 * must not come back with its neighbour.
 */
export function amended(config: ConfigSnapshot, changes: Changes): ConfigSnapshot {
  const members = new Map<string, JsonValue>(Object.entries(config))
  for (const [name, change] of changes) {
    const member = members.get(name)
    if (change instanceof Map) members.set(name, amended(isGroup(member) ? member : {}, change as Changes))
    else {
      const { to } = change as { readonly to: JsonValue | undefined }
      if (to === undefined) members.delete(name)
      else members.set(name, to)
    }
  }
  return Object.fromEntries(members)
}

function memberOf(config: ConfigSnapshot, name: string): JsonValue | undefined {
  return Object.hasOwn(config, name) ? config[name] : undefined
}

function isGroup(value: JsonValue | undefined): value is ConfigSnapshot {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
