import type { JsonValue } from '../contract/payloads.ts'
import { enclosedAt, mapQuoted, quotedAt } from './quoted.ts'
import { isSecretName, isSecretOption } from './secret-names.ts'

export const MASK = '****'

/** Which names' values are taken out. */
export interface Names {
  /** By how they look. */
  readonly secret: (name: string) => boolean
  /** The same of a program's options. */
  readonly option: (name: string) => boolean
  /** Chosen by the user: whatever stands under them is taken out, numbers too. Absent: none are. */
  readonly chosen?: ((name: string) => boolean) | undefined
}

/** By how they look alone. */
export const SECRET_NAMES: Names = { secret: isSecretName, option: isSecretOption }
const NEVER = (): boolean => false
/** None. */
export const NO_NAMES: Names = { secret: NEVER, option: NEVER }

/** Shorter values would hide half a sentence, and are no secret to anybody. */
export const LEAST = 6

/** Any name before "=" or ":", in an argument such as `--token=…`, `db.password=…` or `X-Api-Key: …`. */
const ARGUMENT = /^(-{0,2}([^\s=:"']+)\s*[=:]\s*)(.+)$/s
/** Options of one letter by which programs take keys; others take numbers by them. */
const SHORT = /^-k(.*)$/s
/** `token=…`, `"apiKey": "…"`, `{ password: '…' }`: a name, and the sign after which its value comes. */
const MEMBER = /(?<![\w.-])([A-Za-z_][\w.-]{0,199})\\{0,3}["'`]?\s{0,9}(=>|={1,3}|:)[ \t]{0,9}/g
const QUOTE = /\\{0,3}["'`]/y
const BARE_VALUE = /[^\s"'`,;&)}\]]+/y
/** `--api-key …` and `-k …`, in the middle of a text. */
const OPTION = /(?<![\w.-])(-{1,2}([A-Za-z][\w.-]{0,199})\s{1,9})("[^"]*"?|'[^']*'?|[^\s"'-][^\s"']*)/g

/** What is no secret whatever its name. */
const NOTHING = /^(?:true|false|null|none|undefined|\*+)$/i
/** What models call tokens, and how many they take. */
const OF_MODELS = /^(?:[-+\d.,_]+(?:e[-+]?\d+)?|<.*>|\[.*)$/is

/** A command line as it may be shown to anybody. @param text - What single arguments go through. */
export function maskArguments(argv: readonly string[], names: Names, text: (text: string) => string): string {
  const { option, chosen } = names
  const secret = (name: string): boolean => option(name) || chosen?.(name) === true
  const short = option === isSecretOption
  let hideNext = false
  let afterShort = false
  return argv
    .map((arg) => {
      const hide = (hideNext && !arg.startsWith('--')) || (afterShort && isKeyLike(arg))
      const [, start, name] = ARGUMENT.exec(arg) ?? []
      const joined = short ? SHORT.exec(arg)?.[1] : undefined
      hideNext = start === undefined && arg.startsWith('-') && secret(arg)
      afterShort = joined === ''
      if (hide) return MASK
      if (joined && isKeyLike(joined)) return `-k${MASK}`
      return start !== undefined && secret(name!) ? `${start}${MASK}` : text(arg)
    })
    .join(' ')
}

/** What a value is said to be can itself hold names and values, so only those of secrets are jumped over. */
export function maskMembers(text: string, names: Names): string {
  let masked = ''
  let from = 0
  MEMBER.lastIndex = 0
  for (let found = MEMBER.exec(text); found; found = MEMBER.exec(text)) {
    const [, name = '', sign] = found
    const chosen = names.chosen?.(name) === true
    if (!chosen && !names.secret(name)) continue
    const start = MEMBER.lastIndex
    const quote = matchAt(QUOTE, text, start)
    const enclosed = enclosedAt(text, start)
    const value = quote ? quotedAt(text, start + quote.length, quote) : enclosed || matchAt(BARE_VALUE, text, start)
    const end = start + quote.length + value.length
    const bare = sign === ':' && quote === '' && enclosed === ''
    if (value === '') continue
    if (!chosen && (isHarmless(name, value) || (bare && isSentence(name, value, text.charAt(end))))) continue
    masked += `${text.slice(from, start)}${quote}${enclosed && !chosen ? mapQuoted(enclosed, () => MASK) : MASK}`
    from = end
    MEMBER.lastIndex = end
  }
  return masked + text.slice(from)
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

function isHarmless(name: string, value: string): boolean {
  return NOTHING.test(value) || (isWeak(name) && OF_MODELS.test(value))
}

/** "Unexpected token: foo", "wrong password: try again"; but `password: abc` at the end of a line is no sentence. */
function isSentence(name: string, value: string, next: string): boolean {
  return !isKeyLike(value) && (isWeak(name) || (next !== '' && next !== '\n' && next !== '\r'))
}

/** In texts that hold a command line, or a part of one. */
export function maskOptions(text: string, { chosen, secret }: Names): string {
  return text.replaceAll(OPTION, (whole: string, start: string, name: string, value: string) => {
    const quote = quoteOf(value)
    const plain = quote ? value.slice(1).replace(/["']$/, '') : value
    const byLook = name === 'k' ? secret === isSecretName && isKeyLike(plain) : secret(name) && !NOTHING.test(plain)
    return byLook || chosen?.(name) ? `${start}${quote}${MASK}${quote}` : whole
  })
}

function quoteOf(value: string): string {
  return /^["'`]/.exec(value)?.[0] ?? ''
}

/** Names that mean something else in models. */
function isWeak(name: string): boolean {
  return /token$/i.test(name)
}

/** No word of a language and no number. */
function isKeyLike(value: string): boolean {
  return value.length >= LEAST && /\d/.test(value) && /[a-z]/i.test(value) && !/[\s/\\]/.test(value)
}

/** Unchanged, it is the same object: most configurations hold no secret, and a copy of each would cost. */
export function maskJsonValue<T extends JsonValue>(value: T, names: Names, text: (text: string) => string): T {
  if (typeof value === 'string') return text(value) as T
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return maskList(value as readonly JsonValue[], names, text) as unknown as T
  const members = Object.entries(value)
  const masked = members.map(([name, member]): [string, JsonValue] => {
    if (names.chosen?.(name)) return [text(name), member === null ? null : MASK]
    if (names.secret(name)) return [text(name), hidden(member, isWeak(name))]
    return [text(name), maskJsonValue(member, names, text)]
  })
  if (masked.every(([name, member], at) => name === members[at]![0] && member === members[at]![1])) return value
  return Object.fromEntries(distinct(masked)) as unknown as T
}

function maskList(list: readonly JsonValue[], names: Names, text: (text: string) => string): readonly JsonValue[] {
  const masked = list.map((item) => maskJsonValue(item, names, text))
  return masked.every((item, at) => item === list[at]) ? list : masked
}

/** Letters and digits as somebody's generator makes them. */
const GENERATED = /^(?=.*\d)(?=.*[a-z])[\w.+=-]{16,}$/i

/**
 * Texts in a value that go by the name of a secret. What is just called a `key` may be that of a metric: it has to look
 * as if it were generated.
 */
export function secretsIn(value: JsonValue, name = ''): string[] {
  if (typeof value === 'string')
    return isSecretName(name) || (isSecretOption(name) && GENERATED.test(value)) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([inner, member]) => secretsIn(member, Array.isArray(value) ? name : inner))
}

/** Names in which something was masked can be alike, and each of them is a member of its own. */
function distinct(members: readonly [string, JsonValue][]): [string, JsonValue][] {
  const seen = new Map<string, number>()
  return members.map(([name, member]) => {
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return [count === 1 ? name : `${name} (${count})`, member]
  })
}

/** What goes by a secret's name: texts are, numbers and booleans say nothing. */
function hidden(value: JsonValue, weak: boolean): JsonValue {
  if (typeof value === 'string') return value === '' || (weak && OF_MODELS.test(value)) ? value : MASK
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: JsonValue) => hidden(item, weak))
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, hidden(member, weak)]))
}
