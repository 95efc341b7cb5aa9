import type { JsonValue } from '../contract/payloads.ts'
import type { Redactor } from './redactor.ts'
import { isSecretName, isSecretOption } from './secret-names.ts'

const MASK = '****'

/** Environment variables that are called like secrets and are none. */
const NOT_SECRET = new Set(['PWD', 'OLDPWD'])
/** Shorter values would hide half a sentence, and are no secret to anybody. */
const LEAST = 6

/** Any name before "=" or ":", in an argument such as `--token=…`, `db.password=…` or `X-Api-Key: …`. */
const ARGUMENT = /^(-{0,2}([^\s=:"']+)\s*[=:]\s*)(.+)$/s
/** Options of one letter by which programs take keys; others take numbers by them. */
const SHORT = /^-k(.*)$/s
// Every repetition that is not the last part of its pattern has a bound: what is masked can be long and hostile.
const CREDENTIALS = /([a-z][a-z\d+.-]{0,30}:\/\/)[^\s/]{0,1000}@/gi
/** Addresses that are secrets as a whole: whoever knows them can write. */
const SECRET_URL =
  /https?:\/\/[^\s"'<>]{0,1000}?(?:hook|api\.telegram\.org\/bot|oapi\.dingtalk\.com|api\.day\.app\/)[^\s"'<>]*/gi
const QUERY = /([?&][\w.-]{0,64}?(?:key|token|secret|password|passwd|pwd|auth|signature|sig)=)[^&\s"'#]+/gi
const HEADER = /\b(authorization["']?\s{0,9}[:=]\s{0,9}["']?)(?:(?:basic|bearer|token)\s{1,9})?[^\s"',]+/gi
const COOKIE = /\b((?:set-)?cookie["']?\s{0,9}:\s{0,9}["']?)[^\s"'][^\r\n"']*/gi
const BEARER = /\b(bearer\s{1,9})[\w.~+/=-]{8,}/gi
const PRIVATE_KEY = /(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)[^-]{0,20000}/g
/** Tokens that are known by their shape: OpenAI, GitHub, GitLab, Hugging Face, Slack, AWS, JSON Web Tokens. */
const TOKEN =
  /\b(?:sk-(?=[\w-]{0,100}\d)[\w-]{20,}|gh[oprsu]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|hf_\w{16,}|xox[a-z]-[\w-]{10,}|AKIA[A-Z\d]{16}|eyJ[\w-]{10,2000}\.eyJ[\w-]{10,2000}\.[\w-]+)/g
/** `token=…`, `"apiKey": "…"`, `{ password: '…' }`: a name, and the sign after which its value comes. */
const MEMBER = /(?<![\w.-])([A-Za-z_][\w.-]{0,199})\\{0,3}["'`]?\s{0,9}(=>|={1,3}|:)[ \t]{0,9}/g
const QUOTE = /\\{0,3}["'`]/y
const BARE_VALUE = /[^\s"'`,;&)}\]]+/y
/** `--api-key …` and `-k …`, in the middle of a text. */
const OPTION = /(?<![\w.-])(-{1,2}([A-Za-z][\w.-]{0,199})\s{1,9})("[^"]*"?|'[^']*'?|[^\s"'-][^\s"']*)/g

/** Nothing of the above can be in a text without one of these: most lines of a program are looked at once only. */
const SUSPICIOUS =
  /key|token|secret|pass|pwd|pat\b|auth|bearer|credential|cookie|hook|sig=|signature|:\/\/|-k\s|(?:sk|glpat|xox.)-|gh._|_pat_|hf_|AKIA|eyJ|telegram|dingtalk|day\.app/i

/** What is no secret whatever its name. */
const NOTHING = /^(?:true|false|null|none|undefined|\*+)$/i
/** What models call tokens, and how many they take. */
const OF_MODELS = /^(?:[-+\d.,_]+(?:e[-+]?\d+)?|<.*>|\[.*)$/is

/** A command line as it may be shown to anybody: what looks like a secret is replaced. */
export function maskCommand(argv: readonly string[], secrets: readonly string[] = []): string {
  const redactor = createRedactor(secrets)
  let hideNext = false
  let short = false
  return argv
    .map((arg) => {
      const hide = (hideNext && !arg.startsWith('--')) || (short && isKeyLike(arg))
      const [, start, name] = ARGUMENT.exec(arg) ?? []
      const joined = SHORT.exec(arg)?.[1]
      hideNext = start === undefined && arg.startsWith('-') && isSecretOption(arg)
      short = joined === ''
      if (hide) return MASK
      if (joined && isKeyLike(joined)) return `-k${MASK}`
      return start !== undefined && isSecretOption(name!) ? `${start}${MASK}` : redactor.text(arg)
    })
    .join(' ')
}

/** Text without the given secrets, without credentials in URLs, without webhook addresses and well-known tokens. */
export function maskText(text: string, secrets: readonly string[] = []): string {
  return createRedactor(secrets).text(text)
}

/** Plain JSON without secrets: neither in texts, nor under a name that is one's. */
export function maskJson<T extends JsonValue>(value: T): T {
  return createRedactor([]).json(value)
}

/** @param secrets - What must not be shown wherever it stands; values of less than 6 characters are no secrets. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const known = patternOf(secrets)
  const text = (given: string): string => {
    const masked = known ? given.replace(known, MASK) : given
    return SUSPICIOUS.test(masked) ? maskPatterns(masked) : masked
  }
  return { text, json: (value) => redacted(value, text) }
}

/** Those of the secrets that are no words of a language, which would be masked in every sentence. */
export function unmistakable(secrets: readonly string[]): string[] {
  return secrets.filter(
    (secret) => secret.length >= 16 || (secret.length >= 8 && /[a-z][^a-z]|[^a-z][a-z]/i.test(secret)),
  )
}

/** For whatever this process puts on record. @param more - Secrets that it knows from elsewhere. */
export function processRedactor(more: readonly string[] = []): Redactor {
  return createRedactor([...unmistakable(secretsOf(process.env)), ...more])
}

/** Values of environment variables whose name says that they are secret. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value && !NOT_SECRET.has(name) && isSecretOption(name) ? [value] : [],
  )
}

/** The longest first: one secret can be part of another. */
function patternOf(secrets: readonly string[]): RegExp | undefined {
  const long = secrets.filter((secret) => secret.length >= LEAST).toSorted((a, b) => b.length - a.length)
  if (long.length === 0) return undefined
  return new RegExp(long.map((secret) => secret.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)).join('|'), 'g')
}

/** Each pattern, and what must be in a text for it: most are looked for in vain. */
const PATTERNS: readonly (readonly [needs: RegExp, pattern: RegExp, by: string])[] = [
  [/:\/\//, CREDENTIALS, '$1'],
  [/:\/\//, SECRET_URL, MASK],
  [/[?&]/, QUERY, `$1${MASK}`],
  [/authorization/i, HEADER, `$1${MASK}`],
  [/cookie/i, COOKIE, `$1${MASK}`],
  [/bearer/i, BEARER, `$1${MASK}`],
  [/PRIVATE KEY/, PRIVATE_KEY, `$1${MASK}`],
  [/sk-|gh._|_pat_|glpat-|hf_|xox|AKIA|eyJ/, TOKEN, MASK],
]

function maskPatterns(text: string): string {
  let masked = /[=:]/.test(text) ? maskMembers(text) : text
  if (masked.includes('-')) masked = masked.replaceAll(OPTION, maskOption)
  for (const [needs, pattern, by] of PATTERNS) if (needs.test(masked)) masked = masked.replaceAll(pattern, by)
  return masked
}

/** What a value is said to be can itself hold names and values, so only those of secrets are jumped over. */
function maskMembers(text: string): string {
  let masked = ''
  let from = 0
  MEMBER.lastIndex = 0
  for (let found = MEMBER.exec(text); found; found = MEMBER.exec(text)) {
    const [, name = '', sign] = found
    if (!isSecretName(name)) continue
    const start = MEMBER.lastIndex
    const quote = matchAt(QUOTE, text, start)
    const value = quote ? quotedAt(text, start + quote.length, quote) : matchAt(BARE_VALUE, text, start)
    const end = start + quote.length + value.length
    const bare = sign === ':' && quote === ''
    if (value === '' || isHarmless(name, value) || (bare && isSentence(name, value, text.charAt(end)))) continue
    masked += `${text.slice(from, start)}${quote}${MASK}`
    from = end
    MEMBER.lastIndex = end
  }
  return masked + text.slice(from)
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

/** Up to the quote that ends it, or to the end of the text. */
function quotedAt(text: string, from: number, quote: string): string {
  let end = text.indexOf(quote, from)
  while (end > from && quote.length === 1 && text[end - 1] === '\\') end = text.indexOf(quote, end + 1)
  return end < 0 ? text.slice(from) : text.slice(from, end)
}

function isHarmless(name: string, value: string): boolean {
  return NOTHING.test(value) || (isWeak(name) && OF_MODELS.test(value))
}

/** "Unexpected token: foo", "wrong password: try again"; but `password: abc` at the end of a line is no sentence. */
function isSentence(name: string, value: string, next: string): boolean {
  return !isKeyLike(value) && (isWeak(name) || (next !== '' && next !== '\n' && next !== '\r'))
}

function maskOption(whole: string, start: string, name: string, value: string): string {
  const quote = quoteOf(value)
  const plain = quote ? value.slice(1).replace(/["']$/, '') : value
  const secret = name === 'k' ? isKeyLike(plain) : isSecretName(name) && !NOTHING.test(plain)
  return secret ? `${start}${quote}${MASK}${quote}` : whole
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
function redacted<T extends JsonValue>(value: T, text: (text: string) => string): T {
  if (typeof value === 'string') return text(value) as T
  if (typeof value !== 'object' || value === null) return value
  const names = Object.keys(value)
  const before = value as unknown as Record<string, JsonValue>
  const list = Array.isArray(value)
  let changed: [string, JsonValue][] | undefined
  names.forEach((name, at) => {
    const member = before[name]!
    const masked = !list && isSecretName(name) ? hidden(member, isWeak(name)) : redacted(member, text)
    if (masked !== member) changed ??= names.slice(0, at).map((earlier) => [earlier, before[earlier]!])
    changed?.push([name, masked])
  })
  if (!changed) return value
  return (list ? changed.map(([, member]) => member) : Object.fromEntries(changed)) as unknown as T
}

/** What goes by a secret's name: texts are, numbers and booleans say nothing. */
function hidden(value: JsonValue, weak: boolean): JsonValue {
  if (typeof value === 'string') return value === '' || (weak && OF_MODELS.test(value)) ? value : MASK
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item: JsonValue) => hidden(item, weak))
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, hidden(member, weak)]))
}
