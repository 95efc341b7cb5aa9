import { isPromise } from 'node:util/types'

/** Longest piece of a user's text in a message, in code points. */
const LONGEST = 60

/** Characters that could redraw a terminal or hide text: controls, invisible marks, lone surrogates. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** A value as a message may hold it: short, on one line, and only its type where a secret could be inside. */
export function show(value: unknown): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value === 'number' || typeof value === 'boolean' || value == null) return String(value)
  if (typeof value !== 'object') return `a ${typeof value}`
  try {
    if (Array.isArray(value)) return `a list of ${value.length}`
  } catch {
    // A revoked proxy.
  }
  return isPromise(value) ? 'a promise' : 'an object'
}

/** Text in quotes, cut and escaped. What follows a `://` is left out: addresses carry passwords. */
export function quote(text: string): string {
  const head = text.slice(0, 4 * LONGEST).replace(/:\/\/.*/su, '://…')
  const points = Array.from(head)
  const short = points.length > LONGEST ? `${points.slice(0, LONGEST).join('')}…` : head
  return escapeUnsafe(JSON.stringify(short))
}

/** A path as a message may hold it: whole, so that it can be opened, but on one line. */
export function showPath(path: string): string {
  return escapeUnsafe(path.slice(0, 4096))
}

function escapeUnsafe(text: string): string {
  return text.replace(UNSAFE, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`)
}
