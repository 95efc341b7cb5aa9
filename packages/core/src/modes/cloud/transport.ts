import type { Agent, EnvHttpProxyAgent } from 'undici'

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | undefined
  /** Milliseconds until the whole answer must be there. */
  readonly timeout: number
  readonly signal?: AbortSignal | undefined
}

export interface HttpAnswer {
  readonly status: number
  readonly statusText: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

/** The network. @throws an error for everything but an answer. */
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>

/** Longest answer that is read, in characters. */
const MAX_ANSWER = 64 * 1024 * 1024

/**
 * Keeps connections alive, and heeds HTTP_PROXY, HTTPS_PROXY and NO_PROXY. Further certificate authorities come from
 * NODE_EXTRA_CA_CERTS, as everywhere in Node. Redirects are answers: whoever is redirected talks to somebody else.
 */
export function httpTransport(): Transport {
  let loaded: Promise<{ request: typeof import('undici').request; dispatcher: Agent | EnvHttpProxyAgent }> | undefined
  const load = async (): Promise<NonNullable<Awaited<typeof loaded>>> => {
    // Only cloud mode needs it; Node's own fetch knows no proxies.
    const { request, EnvHttpProxyAgent } = await import('undici')
    return { request, dispatcher: new EnvHttpProxyAgent({ keepAliveTimeout: 30_000, connect: { timeout: 10_000 } }) }
  }
  return async ({ method, url, headers, body, timeout, signal }) => {
    const { request, dispatcher } = await (loaded ??= load())
    const late = AbortSignal.timeout(timeout)
    const answer = await request(url, {
      dispatcher,
      method,
      headers,
      body: body ?? null,
      signal: signal ? AbortSignal.any([signal, late]) : late,
      headersTimeout: timeout,
      bodyTimeout: timeout,
    })
    const text = await answer.body.text()
    return {
      status: answer.statusCode,
      statusText: answer.statusText,
      headers: Object.fromEntries(Object.entries(answer.headers).map(([k, v]) => [k, Array.isArray(v) ? v[0] : v])),
      text: text.length > MAX_ANSWER ? '' : text,
    }
  }
}
