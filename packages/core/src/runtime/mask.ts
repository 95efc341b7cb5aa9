const MASK = '****'

/** Not `tokens`: models count them. */
const SECRET_NAME =
  /(?:^|[-_.])(?:token|(?:api[-_.]?key|key|secret|password|passwd|passphrase|pass|pwd|pat|auth|authorization|credential|cookie|webhook(?:[-_.]?ur[il])?)s?)$/i
/** Environment variables that are called like secrets and are none. */
const NOT_SECRET = new Set(['PWD', 'OLDPWD'])
/** Shorter values would hide half a sentence, and are no secret to anybody. */
const LEAST = 6

/** Any name before "=" or ":", in an argument such as `--token=…`, `db.password=…` or `X-Api-Key: …`. */
const ASSIGNMENT = /^(-{0,2}([^\s=:"']+)\s*[=:]\s*)(.+)$/s
// Every repetition that is not the last part of its pattern has a bound: what is masked can be long and hostile.
const CREDENTIALS = /([a-z][a-z\d+.-]{0,30}:\/\/)[^\s/]{0,1000}@/gi
/** Addresses that are secrets as a whole: whoever knows them can write. */
const SECRET_URL =
  /https?:\/\/[^\s"'<>]{0,1000}?(?:hook|api\.telegram\.org\/bot|oapi\.dingtalk\.com|api\.day\.app\/)[^\s"'<>]*/gi
const QUERY = /([?&][\w.-]{0,64}?(?:key|token|secret|password|passwd|pwd|auth|signature|sig)=)[^&\s"'#]+/gi
const JSON_MEMBER = /("[\w.-]{0,64}?(?:key|token|secret|password|passwd|pwd)"\s{0,9}:\s{0,9}")[^"]+/gi
const HEADER = /\b(authorization["']?\s{0,9}[:=]\s{0,9}["']?)(?:(?:basic|bearer|token)\s{1,9})?[^\s"',]+/gi
const BEARER = /\b(bearer\s{1,9})[\w.~+/=-]{8,}/gi
/** Tokens that are known by their shape: OpenAI, GitHub, GitLab, Hugging Face, Slack, AWS, JSON Web Tokens. */
const TOKEN =
  /\b(?:sk-(?=[\w-]{0,100}\d)[\w-]{20,}|gh[oprsu]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|hf_\w{16,}|xox[a-z]-[\w-]{10,}|AKIA[A-Z\d]{16}|eyJ[\w-]{10,2000}\.eyJ[\w-]{10,2000}\.[\w-]+)/g

/** A command line as it may be shown to anybody: what looks like a secret is replaced. */
export function maskCommand(argv: readonly string[], secrets: readonly string[] = []): string {
  let hideNext = false
  return argv
    .map((arg) => {
      const hide = hideNext && !arg.startsWith('--')
      const [, start, name] = ASSIGNMENT.exec(arg) ?? []
      hideNext = start === undefined && arg.startsWith('-') && isSecretName(arg)
      if (hide) return MASK
      return start !== undefined && isSecretName(name!) ? `${start}${MASK}` : maskText(arg, secrets)
    })
    .join(' ')
}

/** Text without the given secrets, without credentials in URLs, without webhook addresses and well-known tokens. */
export function maskText(text: string, secrets: readonly string[] = []): string {
  let masked = text
  // The longest first: one secret can be part of another.
  for (const secret of secrets.toSorted((a, b) => b.length - a.length))
    if (secret.length >= LEAST) masked = masked.replaceAll(secret, MASK)
  return masked
    .replaceAll(CREDENTIALS, '$1')
    .replaceAll(SECRET_URL, MASK)
    .replaceAll(QUERY, `$1${MASK}`)
    .replaceAll(JSON_MEMBER, `$1${MASK}`)
    .replaceAll(HEADER, `$1${MASK}`)
    .replaceAll(BEARER, `$1${MASK}`)
    .replaceAll(TOKEN, MASK)
}

/** Values of environment variables whose name says that they are secret. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value && isSecretName(name) && !NOT_SECRET.has(name) ? [value] : [],
  )
}

function isSecretName(name: string): boolean {
  // `accessToken` is as secret as `access-token`.
  const words = name.slice(-100).replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
  return SECRET_NAME.test(words.replace(/^-+/, ''))
}
