const MASK = '****'
const SECRET = '(?:api[-_.]?key|key|token|secret|password|passwd|passphrase|pass|pwd|pat|auth|credentials?|webhook(?:[-_.]?url)?)'
const SECRET_NAME = new RegExp(`(?:^|[-_.])${SECRET}$`, 'i')
/** Parameters of an address. */
const SECRET_PARAMETER = new RegExp(`([?&](?:[\\w.-]{0,64}[-_.])?${SECRET}=)[^\\s&#"']+`, 'gi')
/** Addresses whose path is the secret. */
const SECRET_URL =
  /https?:\/\/(?:hooks\.slack\.com|(?:[a-z]+\.)?discord(?:app)?\.com\/api(?:\/v\d+)?\/webhooks|api\.telegram\.org\/bot|open\.(?:feishu\.cn|larksuite\.com)|oapi\.dingtalk\.com|qyapi\.weixin\.qq\.com|[\w-]+\.webhook\.office\.com)[^\s"']*/gi
/** Less than this may be part of any word, in characters. */
const MIN_SECRET = 6

/** A command line as it may be shown to anybody: what looks like a secret is replaced. */
export function maskCommand(argv: readonly string[], secrets: readonly string[] = []): string {
  const words: string[] = []
  let hideNext = false
  for (const arg of argv) {
    const [, name, value] = /^(-{0,2}[^-=\s:/][^=\s]*)=(.*)$/s.exec(arg) ?? []
    if (hideNext && !arg.startsWith('--')) words.push(MASK)
    else if (name !== undefined && value !== undefined && isSecretName(name)) words.push(`${name}=${MASK}`)
    else words.push(maskText(arg, secrets))
    hideNext = name === undefined && arg.startsWith('-') && isSecretName(arg)
  }
  return words.join(' ')
}

/** Text without the given secrets, without credentials in URLs, without webhook addresses. */
export function maskText(text: string, secrets: readonly string[] = []): string {
  let masked = text
  // The longest first: one may be the beginning of another.
  const long = secrets.filter((secret) => secret.length >= MIN_SECRET).sort((a, b) => b.length - a.length)
  for (const secret of long) masked = masked.replaceAll(secret, MASK)
  return maskUrl(masked).replaceAll(SECRET_URL, MASK)
}

/** Text whose URLs have no user, no password, and no secret among their parameters. */
export function maskUrl(text: string): string {
  return text.replaceAll(/:\/\/[^\s/]*@/g, '://').replaceAll(SECRET_PARAMETER, `$1${MASK}`)
}

/** Values of environment variables whose name says that they are secret. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => (value && isSecretName(name) && !/^(?:OLD)?PWD$/.test(name) ? [value] : []))
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name.replace(/^-+/, '').replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, '_'))
}
