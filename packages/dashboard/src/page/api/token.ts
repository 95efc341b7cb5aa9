const KEY = 'swanlab.token'

/**
 * The bearer token. An address that was printed carries it behind `#t=`, which no browser sends to a server; from there it
 * goes to this tab's storage, and out of the address bar, before anybody can copy it from there.
 */
export function takeToken(): string {
  const given = /^#t=(?<token>[\x21-\x7e]{1,512})$/.exec(location.hash)?.groups?.['token']
  if (given === undefined) return sessionStorage.getItem(KEY) ?? ''
  keepToken(given)
  history.replaceState(history.state, '', location.pathname + location.search)
  return given
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token)
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY)
}
