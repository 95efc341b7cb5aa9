import type { FetchFunction, IncomingWebhook } from '@slack/webhook'
import { DeliveryError, oneLine } from '@swanlab/notification'

const ATTEMPT_TIMEOUT = 10_000

/** What is sent: the argument of the library's own `send`. */
export type SlackMessage = Parameters<IncomingWebhook['send']>[0]

/**
 * Posts one message, once. The library neither waits for a `Retry-After` nor stops waiting for an answer: its `fetch`
 * is wrapped to learn of the one and to bring the signal along.
 *
 * @throws DeliveryError - Without the URL, and without the original error, which another `fetch` may have put it into.
 */
export async function post(
  url: string,
  message: SlackMessage,
  { fetch, signal }: { fetch: FetchFunction; signal: AbortSignal },
): Promise<void> {
  const { IncomingWebhook, IncomingWebhookHTTPError } = await import('@slack/webhook')
  let retryAfter: number | undefined
  let taken = false
  const watched: FetchFunction = async (target, init) => {
    const response = await fetch(target, {
      ...init,
      signal: AbortSignal.any([signal, ...(init?.signal ? [init.signal] : [])]),
    })
    retryAfter = pauseIn(response.headers.get('retry-after'))
    taken = response.ok && !/html/i.test(response.headers.get('content-type') ?? '')
    return response
  }
  const webhook = new IncomingWebhook(url, { fetch: watched, timeout: ATTEMPT_TIMEOUT, retryConfig: { retries: 0 } })
  let answer: string
  try {
    answer = (await webhook.send(message)).text
  } catch (error) {
    // Slack had said yes, and the connection broke in the middle of its "ok": sent again, the message would be there twice.
    if (taken) return
    if (!(error instanceof IncomingWebhookHTTPError))
      throw new DeliveryError(`Slack could not be reached: ${reasonOf(error)}.`)
    const { statusCode, body } = error
    const reason = oneLine(withoutSecrets(body, url), 200)
    throw new DeliveryError(`Slack answered ${statusCode}${reason && `: ${reason}`}.`, {
      permanent: statusCode < 500 && ![408, 425, 429].includes(statusCode),
      retryAfter,
    })
  }
  // Slack says "ok". A page is a proxy or a portal that took the message and threw it away.
  if (answer.trimStart().startsWith('<')) throw new DeliveryError('A web page answered in place of Slack.')
}

/** `Retry-After` in milliseconds; it is a number of seconds or a date. */
function pauseIn(header: string | null): number | undefined {
  if (header === null) return undefined
  const pause = /^\d+(\.\d+)?$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(pause) ? undefined : Math.max(0, pause)
}

// Codes only: the text of an error from a `fetch` of someone else's could quote the URL.
function reasonOf(error: unknown): string {
  let at = error
  for (let depth = 0; depth < 5 && at instanceof Error; depth++) {
    if (at.name === 'TimeoutError') return `no answer within ${ATTEMPT_TIMEOUT / 1000} s`
    if ('code' in at && typeof at.code === 'string' && /^[A-Z][A-Z\d_]{1,40}$/.test(at.code)) return at.code
    at = at.cause
  }
  return 'the request failed'
}

function withoutSecrets(text: string, url: string): string {
  const { href, pathname, search } = new URL(url)
  const forms = [url, href, `${pathname}${search}`, pathname, pathname.slice(pathname.lastIndexOf('/') + 1)]
  return forms.filter((form) => form.length > 3).reduce((kept, form) => kept.replaceAll(form, '***'), text)
}
