/** Longest key, in characters (code points). Source: SwanLab 0.7.20 and later. */
export const MAX_KEY = 512

/** Keys that SwanLab reserves for the machine's own metrics. */
const RESERVED = '__swanlab__.'
/** Control characters and halves of surrogate pairs. */
const FORBIDDEN = /[\p{Cc}\p{Cs}]/u
/** What could redraw a terminal or hide text in a message: these, and invisible marks. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Cf}\p{Zl}\p{Zp}]/gu
const EDGE = /[\s./]/
const MAX_SHOWN = 80

/** A key as it is recorded, and what had to be changed; or why it cannot be one. */
export type CleanKey = { readonly key: string; readonly changed?: string } | { readonly problem: string }

/** Applies SwanLab's rules for keys: no blanks, "." or "/" at the ends, at most {@link MAX_KEY} characters. */
export function cleanKey(raw: string): CleanKey {
  const key = trim(cut(trim(raw)))
  if (key === '') return { problem: 'is empty' }
  if (FORBIDDEN.test(key)) return { problem: 'holds control characters or broken Unicode' }
  if (key.startsWith(RESERVED)) return { problem: `begins with "${RESERVED}", which is reserved` }
  if (key === '__proto__') return { problem: 'cannot be a key in JavaScript' }
  return key === raw ? { key } : { key, changed: `recorded as "${shown(key)}"` }
}

/** The section of a chart page that a key belongs to. */
export function sectionOf(key: string): string {
  const slash = key.indexOf('/')
  return slash > 0 ? key.slice(0, slash) : 'default'
}

/** A user's text as messages show it: short, and on one line. */
export function shown(text: string): string {
  const printable = text.slice(0, 4 * MAX_SHOWN).replaceAll(UNPRINTABLE, '?')
  return printable.length > MAX_SHOWN ? `${printable.slice(0, MAX_SHOWN - 1)}…` : printable
}

/** By hand, because a pattern for the end of a text takes time in proportion to the square of its blanks. */
function trim(key: string): string {
  let start = 0
  let end = key.length
  while (start < end && EDGE.test(key[start]!)) start++
  while (end > start && EDGE.test(key[end - 1]!)) end--
  return key.slice(start, end)
}

function cut(key: string): string {
  if (key.length <= MAX_KEY) return key
  // Twice as many UTF-16 units hold at least that many code points, and a half of a pair at the end is beyond them.
  return Array.from(key.slice(0, 2 * MAX_KEY + 1))
    .slice(0, MAX_KEY)
    .join('')
}
