import { SwanLabError } from '../kernel/error.ts'
import { nearest } from '../kernel/nearest.ts'
import { oneLine } from './format.ts'

/** What one option of a callback may be. */
export interface OptionRule {
  /** Completes the sentence "the option must be …". */
  readonly expected: string
  readonly accepts: (value: unknown) => boolean
  /** Default: false. */
  readonly required?: boolean
  /** True: the value never appears in a message. Default: false. */
  readonly secret?: boolean
}

/** Rules of the options that every notifier has; see `NotificationOptions`. */
export const NOTIFICATION_RULES: Readonly<Record<string, OptionRule>> = {
  name: { expected: 'a string that is not empty', accepts: (value) => typeof value === 'string' && value !== '' },
  language: { expected: '"en" or "zh"', accepts: (value) => value === 'en' || value === 'zh' },
  notifyOnStart: { expected: 'true or false', accepts: (value) => typeof value === 'boolean' },
  alerts: {
    expected: 'true, false, "info", "warn" or "error"',
    accepts: (value) => typeof value === 'boolean' || value === 'info' || value === 'warn' || value === 'error',
  },
  timeout: {
    expected: 'a number of milliseconds from 1 to 2147483647',
    accepts: (value) => typeof value === 'number' && value >= 1 && value <= 2_147_483_647,
  },
  clock: { expected: 'an object', accepts: (value) => typeof value === 'object' && value !== null },
}

/**
 * Holds what a user gave against the rules; one message names the first thing that is wrong.
 *
 * @param owner - Who takes the options, for the message.
 * @throws SwanLabError - `INVALID_OPTION`: not an object, an unknown or missing option, or one of the wrong kind.
 */
export function checkOptions(owner: string, given: unknown, rules: Readonly<Record<string, OptionRule>>): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new SwanLabError('INVALID_OPTION', `${owner} takes one object of options, not ${kindOf(given)}.`)
  }
  const options = new Map<string, unknown>(Object.entries(given))
  const unknown = [...options.keys()].find((key) => !Object.hasOwn(rules, key))
  if (unknown !== undefined) {
    const known = Object.keys(rules)
    const meant = nearest(unknown, known)
    const hint = meant === undefined ? `its options are ${known.join(', ')}.` : `did you mean "${meant}"?`
    throw new SwanLabError('INVALID_OPTION', `${owner} has no option ${quote(unknown)}; ${hint}`)
  }
  for (const [key, rule] of Object.entries(rules)) {
    const value = options.get(key)
    if (value === undefined) {
      if (!rule.required) continue
      throw new SwanLabError('INVALID_OPTION', `${owner} needs the option "${key}": ${rule.expected}.`)
    }
    if (rule.accepts(value)) continue
    const got = rule.secret ? '' : `, not ${show(value)}`
    throw new SwanLabError('INVALID_OPTION', `${owner}: the option "${key}" must be ${rule.expected}${got}.`)
  }
}

function show(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (Array.isArray(value)) return `[${oneLine(value.slice(0, 10).map(show).join(', '), 100)}]`
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOf(value)
}

function quote(text: string): string {
  return JSON.stringify(oneLine(text, 60))
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`
}
