import { describeError } from '../text/thrown.ts'
import { shown } from './key.ts'
import { kindOf, type Media, type MediaKind } from './media/media.ts'
import { toScalar, type Problem } from './scalar.ts'

/** Values that stand in an object of their own; their keys continue the key it stands under. */
export interface Group {
  readonly group: object
}

/** Media of one name in one call. Source: SwanLab. */
export const MAX_ITEMS = 108

/** What one name got that is not a number: one, or several of one kind. */
export interface MediaList {
  readonly kind: MediaKind
  /** At most {@link MAX_ITEMS}. */
  readonly media: readonly Media[]
  /** Number of those beyond them. */
  readonly rest: number
}

export function readNames(group: object): readonly string[] | Problem {
  try {
    return Object.keys(group)
  } catch (error) {
    return unreadable(error)
  }
}

/**
 * What stands under a name: a number, media, a group, or what it is instead. Whatever the user's getters and methods
 * throw is a problem of this one name.
 */
export function readMember(data: object, name: string): number | MediaList | Group | Problem {
  try {
    const value = (data as Record<string, unknown>)[name]
    if (typeof value === 'number') return value
    const media = typeof value === 'object' && value !== null ? mediaIn(value) : undefined
    if (media) return media
    const scalar = toScalar(value)
    return typeof scalar !== 'number' && isGroup(value) ? { group: asObject(value) } : scalar
  } catch (error) {
    return unreadable(error)
  }
}

/** The data of a `log()` call as a group, or what it is instead. */
export function readData(data: unknown): Group | Problem {
  if (typeof data !== 'object' || data === null) {
    const scalar = toScalar(data)
    return typeof scalar === 'number' ? { problem: `a ${typeof data}` } : scalar
  }
  try {
    if (kindOf(data) !== undefined) return { problem: 'media without a key' }
    if (Array.isArray(data) || ArrayBuffer.isView(data)) return { problem: 'a list' }
    // An object of a class may be a record of metrics. With nothing in it, it is a promise, a date or a mistake.
    if (!isGroup(data) && Object.keys(data).length === 0) return { problem: 'an object without members' }
    return { group: asObject(data) }
  } catch (error) {
    return unreadable(error)
  }
}

/** Absent: there are none in it. A list is one of media when it begins with one: others are long. */
function mediaIn(value: object): MediaList | Problem | undefined {
  const list = Array.isArray(value) ? (value as readonly unknown[]) : undefined
  const kind = kindOf(list ? list[0] : value)
  if (kind === undefined) return undefined
  if (!list) return { kind, media: [value as Media], rest: 0 }
  const length = Math.min(list.length, 2 ** 32)
  const media = Array.from({ length: Math.min(length, MAX_ITEMS) }, (_, at) => list[at])
  const same = media.every((one): one is Media => kindOf(one) === kind)
  return same ? { kind, media, rest: length - media.length } : { problem: 'a list of several kinds' }
}

/** Class instances are not groups: they have insides. */
function isGroup(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof Map) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  // An object of another realm has the prototype of that realm.
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}

function asObject(group: object): object {
  return group instanceof Map ? (Object.fromEntries(group) as object) : group
}

function unreadable(error: unknown): Problem {
  return { problem: `what cannot be read (${shown(describeError(error))})` }
}
