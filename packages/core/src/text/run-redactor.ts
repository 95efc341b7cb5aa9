import type { JsonValue } from '../contract/payloads.ts'
import type { Redact, RedactFunction, RedactRules, SentMatcher, SentRules } from '../contract/redact.ts'
import type { Report } from '../contract/report.ts'
import { createMask, secretsOf, unmistakable, type Mask } from './mask.ts'
import { MASK, NO_NAMES, SECRET_NAMES } from './mask-names.ts'
import { isFunction, plainName, searching } from './redact-rules.ts'
import type { Redactor } from './redactor.ts'
import { UserPattern } from './user-pattern.ts'

export interface RunRedactorOptions {
  /** `settings.redact`. Default: true. */
  readonly redact?: Redact
  /** Those whose values are secrets, where their names say so. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Secrets of this library itself: masked in any case. */
  readonly own?: readonly string[]
  /** Where it is said that a rule does not work. It must not be redacted by this. */
  readonly report: Report
}

const ADVICE = 'Write it without repetitions inside repetitions.'

interface Asked {
  readonly ask: RedactFunction
  readonly label: string
}

/** Everything that a run records, sends or shows goes through one of these. */
export class RunRedactor implements Redactor {
  readonly #defaults: boolean
  readonly #secrets: readonly string[]
  readonly #ofCommands: readonly string[]
  readonly #report: Report
  readonly #keys: (string | RegExp)[] = []
  readonly #patterns: (string | RegExp)[] = []
  readonly #keyTexts = new Set<string>()
  readonly #keySearches: UserPattern[] = []
  readonly #searches: UserPattern[] = []
  readonly #functions: Asked[] = []
  readonly #failed = new Set<Asked>()
  #mask: Mask
  #command: Mask

  constructor({ redact = true, env, own = [], report }: RunRedactorOptions) {
    this.#defaults = redact !== false
    const known = this.#defaults ? secretsOf(env) : []
    this.#secrets = [...unmistakable(known), ...own]
    this.#ofCommands = [...known, ...own]
    this.#report = report
    this.#mask = this.#maskOf(this.#secrets)
    this.#command = this.#maskOf(this.#ofCommands)
    if (typeof redact !== 'boolean') this.add(redact, 'settings.redact')
  }

  // Properties and not methods: they are passed on one by one.
  readonly add = (rules: RedactRules | RedactFunction, label: string): void => {
    if (isFunction(rules)) {
      this.#functions.push({ ask: rules, label })
      return
    }
    const { keys = [], patterns = [] } = rules
    this.#keys.push(...keys)
    for (const [at, key] of keys.entries()) {
      const late = (length: number): void =>
        this.#report(
          'error',
          `${label}.keys[${at}] took too long on a name of ${length} characters, whose value is masked. ${ADVICE}`,
        )
      if (typeof key === 'string') this.#keyTexts.add(plainName(key))
      else this.#keySearches.push(new UserPattern(searching(key), late))
    }
    for (const [at, pattern] of patterns.entries()) {
      const late = (length: number): void =>
        this.#report(
          'error',
          `${label}.patterns[${at}] took too long on a text of ${length} characters, which is masked as a whole. ${ADVICE}`,
        )
      this.#patterns.push(pattern)
      this.#searches.push(new UserPattern(searching(pattern), late))
    }
    this.#mask = this.#maskOf(this.#secrets)
    this.#command = this.#maskOf(this.#ofCommands)
  }

  readonly text = (text: string, place: string): string => {
    const masked = this.#mask.text(text)
    return this.#functions.length === 0 ? masked : this.#askAll(masked, place.split('.'), isText)
  }

  readonly json = <T extends JsonValue>(value: T, place: string): T => {
    const masked = this.#mask.json(value)
    return this.#functions.length === 0 ? masked : (this.#askJson(masked, [place]) as T)
  }

  readonly command = (argv: readonly string[]): string => this.#command.command(argv)

  /** Its rules for another process, where functions cannot be. */
  get sent(): SentRules {
    return { defaults: this.#defaults, ...sent({ keys: this.#keys, patterns: this.#patterns }) }
  }

  #maskOf(secrets: readonly string[]): Mask {
    const chosen = this.#keys.length === 0 ? undefined : this.#isChosen
    const names = { ...(this.#defaults ? SECRET_NAMES : NO_NAMES), chosen }
    const searches = this.#searches
    const further = (text: string): string => searches.reduce((masked, search) => search.mask(masked), text)
    return createMask(secrets, { names, shapes: this.#defaults, ...(searches.length > 0 && { further }) })
  }

  /** Whether what goes by this name is to be taken out. */
  readonly #isChosen = (name: string): boolean => {
    const bare = name.replace(/^-+/, '').slice(0, 1_000)
    const texts = this.#keyTexts
    if (texts.has(plainName(bare)) || texts.has(plainName(bare.slice(bare.lastIndexOf('.') + 1)))) return true
    return this.#keySearches.some((search) => search.isIn(bare))
  }

  #askJson(value: JsonValue, path: readonly string[]): JsonValue {
    if (value === null) return null
    if (typeof value !== 'object') return this.#askAll(value, path, isPlain)
    if (Array.isArray(value))
      return (value as readonly JsonValue[]).map((item, at) => this.#askJson(item, [...path, String(at)]))
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, this.#askJson(member, [...path, name])]),
    )
  }

  #askAll<T extends JsonValue>(value: T, path: readonly string[], isAnswer: (answer: unknown) => boolean): T {
    let current: unknown = value
    for (const asked of this.#functions) {
      // Another one has made an object of it.
      if (!isScalar(current)) break
      const answer = answerOf(asked, current, path, isAnswer)
      if (answer === undefined) this.#hasFailed(asked, path)
      current = answer ?? (answer === null ? null : MASK)
    }
    return current as T
  }

  /** Neither what it threw nor what it was given: both may hold the secret. */
  #hasFailed(asked: Asked, path: readonly string[]): void {
    if (this.#failed.has(asked)) return
    this.#failed.add(asked)
    const place = path.join('.').slice(0, 200)
    this.#report(
      'error',
      `${asked.label} threw, or answered nothing that can be recorded, for ${place}, which is masked as a whole.`,
    )
  }
}

/** For whatever a process puts on record that has no run of its own. */
export function processRedactor(
  rules?: SentRules,
  own: readonly string[] = [],
  report: Report = () => {},
): RunRedactor {
  const redactor = new RunRedactor({ redact: rules?.defaults ?? true, env: process.env, own, report })
  if (rules) redactor.add(received(rules), 'redact')
  return redactor
}

/** Rules for another process: plain JSON. */
function sent({ keys = [], patterns = [] }: RedactRules): Omit<SentRules, 'defaults'> {
  const matcher = (one: string | RegExp): SentMatcher => (typeof one === 'string' ? one : [one.source, one.flags])
  return { keys: keys.map(matcher), patterns: patterns.map(matcher) }
}

/** The same, there. */
function received({ keys, patterns }: SentRules): RedactRules {
  const matcher = (one: SentMatcher): string | RegExp => (typeof one === 'string' ? one : new RegExp(...one))
  return { keys: keys.map(matcher), patterns: patterns.map(matcher) }
}

/** Absent: nothing that can be recorded. */
function answerOf(
  { ask }: Asked,
  value: string | number | boolean,
  path: readonly string[],
  isAnswer: (answer: unknown) => boolean,
): JsonValue | undefined {
  try {
    const answer: unknown = ask(value, path)
    if (isAnswer(answer)) return answer as JsonValue
    // An async function: its rejection would end the process.
    Promise.resolve(answer).catch(() => {})
    return undefined
  } catch {
    return undefined
  }
}

function isText(answer: unknown): boolean {
  return typeof answer === 'string'
}

function isScalar(value: unknown): value is string | number | boolean {
  return (
    typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  )
}

function isPlain(answer: unknown): boolean {
  return answer === null || isScalar(answer)
}
