import { networkErrorMessage } from './network-error-message.ts'
import type { HttpAnswer } from './transport.ts'

/** What a failed request means for what it carried. */
export type Remedy =
  /** Try the same again later. */
  | 'retry'
  /** The session is over, or the key is not known. */
  | 'login'
  /** Something in it is not acceptable: try its parts. */
  | 'narrow'

export interface CloudErrorOptions {
  /** HTTP status; absent when there was no answer. */
  readonly status?: number | undefined
  readonly reason?: string | undefined
  /** The server's error code. */
  readonly code?: string | undefined
  /** True: a tracking server answered, not a proxy in between. Default: false. */
  readonly own?: boolean | undefined
  /** Milliseconds after which the server wants to be asked again. */
  readonly retryAfter?: number | undefined
  readonly cause?: unknown
}

/** A request to a tracking server that did not do what it should. Its message holds no secret and no address. */
export class CloudError extends Error {
  override readonly name = 'CloudError'
  readonly status: number | undefined
  readonly reason: string | undefined
  readonly code: string | undefined
  readonly own: boolean
  readonly retryAfter: number | undefined

  constructor(message: string, { status, reason, code, own = false, retryAfter, cause }: CloudErrorOptions = {}) {
    super(message, { cause })
    this.status = status
    this.reason = reason
    this.code = code
    this.own = own
    this.retryAfter = retryAfter
  }

  get remedy(): Remedy {
    const { status, own } = this
    if (status === 401) return 'login'
    if (status === undefined || status < 400 || status >= 500) return 'retry'
    // Too large: about what was sent, also when a proxy answers.
    if (status === 413) return 'narrow'
    // From a proxy: the server has not seen what was sent, and may accept it.
    if (!own) return 'retry'
    // None of these is about what was sent: slow down, log in to the proxy, pay the bill, come back later.
    return [402, 403, 407, 408, 421, 423, 425, 429].includes(status) ? 'retry' : 'narrow'
  }
}

/** Longest text of an answer in a message, in characters. */
const MAX_TEXT = 200
const LONGEST_RETRY_AFTER = 3_600_000

/** The error that an answer stands for; absent when it is a success. */
export function errorOf(what: string, answer: HttpAnswer, now: number): CloudError | undefined {
  const { status, statusText: reason, headers } = answer
  const html = /^text\/html\b/i.test(headers['content-type'] ?? '') || /^\s*<(?:!doctype\s+)?html\b/i.test(answer.text)
  if (status >= 200 && status < 300 && !html) return undefined
  const retryAfter = readRetryAfter(headers['retry-after'], now)
  // A captive portal, or a proxy's own page: the server has not seen the request.
  if (status < 400) {
    const elsewhere = html ? undefined : originOf(headers['location'])
    const words = elsewhere ? `it is sent on to ${elsewhere}` : 'somebody else answered with a web page'
    return new CloudError(`${what}: ${words} (${status})`, { retryAfter })
  }
  const { code, message } = bodyOf(answer.text)
  const own = isOwn(code, message, reason)
  const words = [code, message].filter((word) => word !== undefined).join(': ') || reason
  const aside = own || status >= 500 ? '' : ' (not in the form in which SwanLab servers answer)'
  const text = `${what}: ${status} ${oneLine(words)}`.trimEnd()
  return new CloudError(`${text}${aside}`, { status, reason, code, own, retryAfter })
}

/**
 * Tracking servers say `{code, message}`, both texts. Proxies, gateways and other kinds of server have pages, or JSON of
 * another shape. A deleted run is recognised by its code or reason phrase alone.
 */
function isOwn(code: string | undefined, message: string | undefined, reason: string): boolean {
  if (code === 'Disabled_Resource' || reason === 'Disabled Resource') return true
  return code !== undefined && message !== undefined
}

/** There was no answer. */
export function unreachable(what: string, cause: unknown): CloudError {
  return new CloudError(`${what}: ${networkErrorMessage(cause)}`, { cause })
}

/** Whatever else an address holds may be a secret. */
function originOf(location: string | undefined): string | undefined {
  const url = location !== undefined && URL.canParse(location) ? new URL(location) : undefined
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.origin : undefined
}

function bodyOf(text: string): { code?: string | undefined; message?: string | undefined } {
  try {
    const { code, message } = JSON.parse(text) as Record<string, unknown>
    const word = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined)
    return { code: word(code), message: word(message) }
  } catch {
    return {}
  }
}

function readRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  const pause = /^\d+$/.test(value)
    ? Number(value) * 1000
    : /^[A-Z][a-z]{2},/.test(value)
      ? Date.parse(value) - now
      : -1
  return Number.isFinite(pause) && pause >= 0 ? Math.min(pause, LONGEST_RETRY_AFTER) : undefined
}

function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.slice(0, MAX_TEXT).replaceAll(/[\u0000-\u001f\u007f]+/g, ' ')
}
