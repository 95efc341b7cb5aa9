import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { PageError } from './page-error.ts'

const LOOPBACK = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/

export interface HostRules {
  /** Names under which the page may be called, beside those of this machine's loopback. IPv6 addresses in brackets. */
  readonly allowedHosts: readonly string[]
}

/**
 * Refuses, before anything else, what a page of somebody else may have sent through this person's browser: a foreign `Host`
 * (DNS rebinding), a foreign `Origin`, or what a browser calls cross-site.
 */
export function guardHosts(app: FastifyInstance, { allowedHosts }: HostRules): void {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()))
  app.addHook('onRequest', async (request) => {
    checkHost(request, allowed)
    checkOrigin(request)
  })
}

/** @throws PageError 421 */
function checkHost({ headers: { host = '' } }: FastifyRequest, allowed: ReadonlySet<string>): void {
  const name = nameOf(host)
  if (LOOPBACK.test(name) || allowed.has(name)) return
  const called = name === '' ? 'without a name' : name
  throw new PageError(421, `This page is not called ${called}. Name it in --allowed-hosts if it is.`)
}

/**
 * The part for whatever is called by names that are not known here.
 *
 * @param own - Host under which a proxy shows the pages. Default: as it is called.
 * @throws PageError 403
 */
export function checkOrigin({ headers }: FastifyRequest, own?: string): void {
  const { host = '', origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = headers
  const from = origin?.replace(/^https?:\/\//, '').toLowerCase()
  if (from !== undefined && from !== host.toLowerCase() && from !== own?.toLowerCase())
    throw new PageError(403, 'Pages of other addresses may not read this one.')
  // Following a link from elsewhere opens a page; nothing else comes from there.
  if ((site === 'cross-site' || site === 'same-site') && mode !== 'navigate')
    throw new PageError(403, 'Pages of other sites may not read this one.')
}

/** A host without its port, as it may be compared. */
function nameOf(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d{1,5}$/, '')
    .replace(/\.$/, '')
}

/** The bearer token of a request; empty when there is none. */
export function bearerOf(request: FastifyRequest): string {
  return /^Bearer (?<token>[\x21-\x7e]{1,512})$/i.exec(request.headers.authorization ?? '')?.groups?.['token'] ?? ''
}

/** Compares in a time that depends on neither. */
export function sameToken(given: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(right))
}
