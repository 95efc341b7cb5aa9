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

/** Longest answer that is read, in bytes. */
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
    const dispatcher = new EnvHttpProxyAgent({
      keepAliveTimeout: 30_000,
      connect: { timeout: 10_000 },
      maxResponseSize: MAX_ANSWER,
      // Many proxies open tunnels to port 443 alone; what is not encrypted is asked of them, as other clients do.
      proxyTunnel: false,
      ...proxiesOf(process.env),
    })
    return { request, dispatcher }
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

/** What undici would read itself, but with the spelling that other programs take, too: without `http://`. */
function proxiesOf(env: NodeJS.ProcessEnv): { httpProxy?: string; httpsProxy?: string } {
  const whole = (proxy: string | undefined): string | undefined =>
    proxy && !/^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? `http://${proxy}` : proxy
  const httpProxy = whole(env['http_proxy'] ?? env['HTTP_PROXY'])
  const httpsProxy = whole(env['https_proxy'] ?? env['HTTPS_PROXY'])
  return { ...(httpProxy !== undefined && { httpProxy }), ...(httpsProxy !== undefined && { httpsProxy }) }
}
