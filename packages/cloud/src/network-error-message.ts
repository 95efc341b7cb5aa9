const UNKNOWN_AUTHORITY =
  'its certificate is not of an authority that is known here; NODE_EXTRA_CA_CERTS names the file of a further one'
const NO_TLS = 'it does not speak TLS; is it an address with http://?'

const MESSAGES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be looked up',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
}

const PROXY_VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'] as const

/** Why there was no answer, for people. Not the error's own message: it may hold an address with a password. */
export function networkErrorMessage(
  cause: unknown,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const { name, code, message } = innermost(cause)
  const proxy = PROXY_VARIABLES.find((variable) => env[variable])
  const aside = proxy ? `; ${proxy} is set` : ''
  if (name === 'TimeoutError' || code?.includes('TIMEOUT')) return `no answer in time${aside}`
  const refused = /\bProxy\b.*\((\d{3})\)/.exec(message)?.[1]
  if (refused) return `the proxy refuses (${refused})${aside}`
  if (proxy && (code === 'ERR_INVALID_URL' || code === 'UND_ERR_INVALID_ARG')) return `${proxy} names no proxy`
  return `${(code && MESSAGES[code]) ?? code ?? 'the network failed'}${aside}`
}

function innermost(cause: unknown): { name: string; code: string | undefined; message: string } {
  const errors = [cause, (cause as { cause?: unknown } | undefined)?.cause] as readonly unknown[]
  const codes = errors.map((error) => (error as { code?: unknown } | undefined)?.code)
  const { name = '', message = '' } = cause instanceof Error ? cause : {}
  return { name, message, code: codes.find((code): code is string => typeof code === 'string') }
}
