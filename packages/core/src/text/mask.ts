import type { JsonValue } from '../contract/payloads.ts'
import {
  LEAST,
  MASK,
  maskArguments,
  maskJsonValue,
  maskMembers,
  maskOptions,
  SECRET_NAMES,
  type Names,
} from './mask-names.ts'
import { escapeRegExp } from './escape-reg-exp.ts'
import { isSecretOption } from './secret-names.ts'

/** Environment variables that are called like secrets and are none. */
const NOT_SECRET = new Set(['PWD', 'OLDPWD'])
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
/** Nothing of the above can be in a text without one of these: most lines of a program are looked at once only. */
const SUSPICIOUS =
  /key|token|secret|pass|pwd|pat\b|auth|bearer|credential|cookie|hook|sig=|signature|:\/\/|-k\s|(?:sk|glpat|xox.)-|gh._|_pat_|hf_|AKIA|eyJ|telegram|dingtalk|day\.app/i

/** Takes what looks like a secret out of whatever it is given. */
export interface Mask {
  readonly text: (text: string) => string
  /** Numbers and booleans stay. What nothing is taken out of is given back as it is. */
  readonly json: <T extends JsonValue>(value: T) => T
  /** A command line as it may be shown to anybody. */
  readonly command: (argv: readonly string[]) => string
}

export interface MaskOptions {
  /** Default: by how they look. */
  readonly names?: Names
  /** False: shapes of well-known secrets are not looked for. Default: true. */
  readonly shapes?: boolean
  /** Is given each text after that. */
  readonly further?: (text: string) => string
}

/** @param secrets - What must not be shown wherever it stands; values of less than 6 characters are no secrets. */
export function createMask(secrets: readonly string[], options: MaskOptions = {}): Mask {
  const { names = SECRET_NAMES, shapes = true, further } = options
  const known = patternOf(secrets)
  const looksInto = names.chosen ? (): boolean => true : (given: string): boolean => shapes && SUSPICIOUS.test(given)
  const text = (given: string): string => {
    let masked = known ? given.replace(known, MASK) : given
    if (looksInto(masked)) masked = maskNamed(masked, names)
    if (shapes && SUSPICIOUS.test(masked)) masked = maskShapes(masked)
    return further ? further(masked) : masked
  }
  return {
    text,
    json: (value) => maskJsonValue(value, names, text),
    command: (argv) => maskArguments(argv, names, text),
  }
}

/** Text without the given secrets, without credentials in URLs, without webhook addresses and well-known tokens. */
export function maskText(text: string, secrets: readonly string[] = []): string {
  return createMask(secrets).text(text)
}

/** Plain JSON without secrets: neither in texts, nor under a name that is one's. */
export function maskJson<T extends JsonValue>(value: T): T {
  return createMask([]).json(value)
}

/** Those of the secrets that are no words of a language, which would be masked in every sentence. */
export function unmistakable(secrets: readonly string[]): string[] {
  return secrets.filter(
    (secret) => secret.length >= 16 || (secret.length >= 8 && /[a-z][^a-z]|[^a-z][a-z]/i.test(secret)),
  )
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
  return new RegExp(long.map(escapeRegExp).join('|'), 'g')
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

function maskNamed(text: string, names: Names): string {
  const masked = /[=:]/.test(text) ? maskMembers(text, names) : text
  return masked.includes('-') ? maskOptions(masked, names) : masked
}

function maskShapes(text: string): string {
  let masked = text
  for (const [needs, pattern, by] of PATTERNS) if (needs.test(masked)) masked = masked.replaceAll(pattern, by)
  return masked
}
