import { describeError } from '../kernel/thrown.ts'
import { shown } from './key.ts'
import { toScalar, type Problem } from './scalar.ts'

/** Values that stand in an object of their own; their keys continue the key it stands under. */
export interface Group {
  readonly group: object
}

export function readNames(group: object): readonly string[] | Problem {
  try {
    return Object.keys(group)
  } catch (error) {
    return unreadable(error)
  }
}

/**
 * What stands under a name: a number, a group, or what it is instead. Whatever the user's getters and methods throw is
 * a problem of this one name.
 */
export function readMember(data: object, name: string): number | Group | Problem {
  try {
    const value = (data as Record<string, unknown>)[name]
    if (typeof value === 'number') return value
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
    if (Array.isArray(data) || ArrayBuffer.isView(data)) return { problem: 'a list' }
    // An object of a class may be a record of metrics. With nothing in it, it is a promise, a date or a mistake.
    if (!isGroup(data) && Object.keys(data).length === 0) return { problem: 'an object without members' }
    return { group: asObject(data) }
  } catch (error) {
    return unreadable(error)
  }
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
