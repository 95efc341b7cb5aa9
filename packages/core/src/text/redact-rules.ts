import { isRegExp } from 'node:util/types'
import type { Redact, RedactFunction, RedactRules } from '../contract/redact.ts'
import { escapeRegExp } from './escape-reg-exp.ts'
import { nearest } from './nearest.ts'

/** Shorter texts are in every other sentence. */
const LEAST = 4
const MOST = 1_000
const MEMBERS = ['keys', 'patterns'] as const

export const REDACT_TAKES = 'true, false, a function, or an object with "keys" or "patterns"'
const KEY_TAKES = 'the name of a key, or a RegExp'
const PATTERN_TAKES = `text of at least ${LEAST} characters, or a RegExp that does not match the empty text`

/** What is wrong with rules, one line each; nothing of them is shown, as they may name secrets. @param label - Of the value. */
export function redactProblems(value: unknown, label: string, switches = true): string[] {
  try {
    if (typeof value === 'function' || (switches && typeof value === 'boolean')) return []
    const takes = switches ? REDACT_TAKES : 'a function, or an object with "keys" or "patterns"'
    if (typeof value !== 'object' || value === null || Array.isArray(value) || isRegExp(value))
      return [`${label}: takes ${takes}, but got ${kindOf(value)}`]
    return Object.entries(value).flatMap(([name, list]) => memberProblems(name, list, label))
  } catch {
    return [`${label}: cannot be read; it threw an error when asked`]
  }
}

/** A copy that its owner cannot change. @param value - In which nothing is wrong. */
export function copyOfRules<T extends Redact>(value: T): T {
  if (typeof value !== 'object') return value
  const { keys, patterns }: RedactRules = value
  return Object.freeze({
    ...(keys && { keys: Object.freeze([...keys]) }),
    ...(patterns && { patterns: Object.freeze([...patterns]) }),
  }) as T
}

/** Searches for all there are. Text stands for itself. */
export function searching(pattern: string | RegExp): RegExp {
  if (typeof pattern === 'string') return new RegExp(escapeRegExp(pattern), 'g')
  return new RegExp(pattern.source, `${pattern.flags.replaceAll(/[gy]/g, '')}g`)
}

export function isFunction(value: Redact): value is RedactFunction {
  return typeof value === 'function'
}

function memberProblems(name: string, list: unknown, label: string): string[] {
  if (name !== 'keys' && name !== 'patterns') {
    const meant = nearest(name, MEMBERS)
    return [
      `${label}: has no ${JSON.stringify(name)}; ${meant ? `did you mean "${meant}"?` : 'there are keys, patterns'}`,
    ]
  }
  if (list === undefined) return []
  if (!Array.isArray(list) || list.length > MOST)
    return [`${label}.${name}: takes a list of at most ${MOST}, but got ${kindOf(list)}`]
  const [test, takes] = name === 'keys' ? ([isKey, KEY_TAKES] as const) : ([isPattern, PATTERN_TAKES] as const)
  return list.flatMap((one: unknown, at) =>
    test(one) ? [] : [`${label}.${name}[${at}]: takes ${takes}, but got ${kindOf(one)}`],
  )
}

function isKey(value: unknown): boolean {
  return isRegExp(value) || (typeof value === 'string' && plainName(value) !== '')
}

function isPattern(value: unknown): boolean {
  return isRegExp(value) ? !searching(value).test('') : typeof value === 'string' && value.length >= LEAST
}

/** `customerId` and `CUSTOMER_ID` are one name. */
export function plainName(name: string): string {
  return name.replaceAll(/[-_. ]/g, '').toLowerCase()
}

/** Never the value itself. */
function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'string') return `text of ${value.length} characters`
  if (isRegExp(value)) return 'a RegExp'
  return typeof value === 'object' ? 'an object' : typeof value
}
