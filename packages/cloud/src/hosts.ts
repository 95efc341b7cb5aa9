import { SwanLabError } from '@swanlab/core/internal'

/** Where SwanLab's own cloud is. */
const DEFAULT_API = 'https://api.swanlab.cn'
const DEFAULT_WEB = 'https://swanlab.cn'

/** The two addresses of a deployment, as origins without a path. */
export interface Hosts {
  /** Requests go to `${api}/api/…`. */
  readonly api: string
  /** People look at `${web}/@workspace/project`. */
  readonly web: string
}

/**
 * Understands every spelling that SwanLab's own clients take: with or without scheme (https), port, `/api` or another
 * path.
 *
 * @param api - Default: SwanLab's cloud.
 * @param web - Default: that of SwanLab's cloud for its own api, otherwise the api's origin.
 * @param names - Where the addresses come from, for whoever has to correct them.
 * @throws SwanLabError `INVALID_OPTION`
 */
export function resolveHosts(api?: string, web?: string, names = { api: 'host', web: 'webHost' }): Hosts {
  const origin = originOf(api ?? DEFAULT_API, names.api)
  if (web !== undefined) return { api: origin, web: originOf(web, names.web) }
  return { api: origin, web: origin === DEFAULT_API ? DEFAULT_WEB : origin }
}

/** Of other servers it is not known where their pages are, or whether they have any. */
export function isSwanLabCloud({ api }: Hosts): boolean {
  return api === DEFAULT_API
}

function originOf(host: string, name: string): string {
  const text = host.trim()
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`)
    const usable = (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.password === ''
    if (usable) return url.origin
  } catch {
    // Said below.
  }
  throw new SwanLabError(
    'INVALID_OPTION',
    `"${name}" takes an address such as https://swanlab.example.com or http://127.0.0.1:8000, without a user name in it.`,
  )
}
