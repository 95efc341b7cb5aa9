import { mode } from './mode.ts'

const KEY = 'swanlab.token'

/**
 * The bearer token. An address that was printed carries it behind `#t=`, which no browser sends to a server; from there it
 * goes to this tab's storage, and out of the address bar, before anybody can copy it from there. On a server nobody is
 * signed in by an address: it may be somebody else's.
 */
export function takeToken(): string {
  const given = /^#t=(?<token>[\x21-\x7e]{1,512})$/.exec(location.hash)?.groups?.['token']
  if (given !== undefined) history.replaceState(history.state, '', location.pathname + location.search)
  if (given === undefined || mode === 'server') return sessionStorage.getItem(KEY) ?? ''
  keepToken(given)
  return given
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token)
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY)
}
