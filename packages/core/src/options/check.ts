import { readMembers } from './members.ts'
import { Problems } from './problems.ts'

/** What an option takes, as words for a message, whether a value is that, and what else is to know. */
export type Check = readonly [takes: string, test: (value: unknown) => boolean, details?: CheckDetails]

/** What there is to know of an option beside what it takes. */
export interface CheckDetails {
  /** True: it must be given. Default: false. */
  readonly required?: boolean
  /** True: its value is not shown. Default: false. */
  readonly secret?: boolean
  /** Picks the part of a wrong value that is shown. Default: all of it. */
  readonly wrong?: (value: unknown) => unknown
}

/** What each option of a function takes. */
export type Checks<Options> = Readonly<Record<keyof Options, Check>>

/**
 * Checks the options of a function or a callback; one that is undefined is as good as absent.
 *
 * @param subject - Whose options they are, for the message.
 * @throws SwanLabError `INVALID_OPTION`; every problem is named.
 *
 * @example
 * ```ts
 * import { checkOptions } from '@swanlab/core'
 *
 * const options: unknown = { topic: 'training' }
 * checkOptions('NtfyCallback', options, {
 *   topic: ['the name of a topic', (value) => typeof value === 'string' && value !== '', { required: true }],
 * })
 * ```
 */
export function checkOptions(subject: string, options: unknown, checks: Readonly<Record<string, Check>>): void {
  const problems = new Problems()
  const members = readMembers(options, 'options', problems)
  problems.throwIfAny(subject)
  for (const [name, value] of members) {
    if (!Object.hasOwn(checks, name)) problems.unknown(name, Object.keys(checks))
    else if (value !== undefined) checkValue(name, value, checks[name]!, problems)
  }
  for (const [name, [takes, , details]] of Object.entries(checks))
    if (details?.required && members.get(name) === undefined) problems.add(`${name}: is needed; it takes ${takes}`)
  problems.throwIfAny(subject)
}

function checkValue(name: string, value: unknown, [takes, test, details = {}]: Check, problems: Problems): void {
  if (test(value)) return
  const { secret = false, wrong = (all: unknown) => all } = details
  if (secret) problems.add(`${name}: takes ${takes}`)
  else problems.wrong(name, wrong(value), takes)
}
