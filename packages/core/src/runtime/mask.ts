const MASK = '****'
const SECRET_NAME = /(?:^|[-_.])(?:api[-_.]?key|key|token|secret|password|passwd|pass|pwd|auth|credentials?|webhook(?:[-_.]?url)?)$/i
/** Addresses whose path is the secret. */
const SECRET_URL = /https?:\/\/(?:hooks\.slack\.com|discord(?:app)?\.com\/api\/webhooks|api\.telegram\.org\/bot|open\.(?:feishu|larksuite)\.c|oapi\.dingtalk\.com|qyapi\.weixin\.qq\.com)[^\s"']*/gi

/** A command line as it may be shown to anybody: what looks like a secret is replaced. */
export function maskCommand(argv: readonly string[], secrets: readonly string[] = []): string {
  const words: string[] = []
  let hideNext = false
  for (const arg of argv) {
    const [, flag, value] = /^(--?[^=\s]+)=(.*)$/s.exec(arg) ?? []
    if (hideNext && !arg.startsWith('-')) words.push(MASK)
    else if (flag !== undefined && value !== undefined) words.push(SECRET_NAME.test(flag.replace(/^-+/, '')) ? `${flag}=${MASK}` : maskText(arg, secrets))
    else words.push(maskText(arg, secrets))
    hideNext = flag === undefined && arg.startsWith('-') && SECRET_NAME.test(arg.replace(/^-+/, ''))
  }
  return words.join(' ')
}

/** Text without the given secrets, without credentials in URLs, without webhook addresses. */
export function maskText(text: string, secrets: readonly string[] = []): string {
  let masked = text
  for (const secret of secrets) if (secret.length >= 6) masked = masked.replaceAll(secret, MASK)
  return maskUrl(masked).replaceAll(SECRET_URL, MASK)
}

/** A URL without user and password. Also understands `user:token@host:path` of git. */
export function maskUrl(url: string): string {
  return url.replaceAll(/([a-z][a-z\d+.-]*:\/\/)[^\s/]*@/gi, '$1')
}

/** Values of environment variables whose name says that they are secret. */
export function secretsOf(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => (value && SECRET_NAME.test(name) && !/^(?:OLD)?PWD$/.test(name) ? [value] : []))
}
