/** Controls, line separators, direction overrides and lone surrogates: none has a place in a name. */
const NOT_IN_NAMES = /[\p{Cc}\p{Cs}\u2028-\u202E\u2066-\u2069]/gu

/** A name on one line: what could break a line, a table or a terminal becomes a space; ends are stripped. */
export function tidyName(text: string): string {
  return text.replace(NOT_IN_NAMES, ' ').trim()
}

/** A text of several lines: as a name, but line breaks and tabs stay. */
export function tidyText(text: string): string {
  return text.replace(NOT_IN_NAMES, (char) => (char === '\n' || char === '\r' || char === '\t' ? char : ' ')).trim()
}

/** The first `most` code points; a character outside the basic plane is never halved. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  // Twice as many UTF-16 units hold at least that many code points.
  const points = Array.from(text.slice(0, 2 * most + 2))
  return points.length <= most ? text : points.slice(0, most).join('').trimEnd()
}

/** True for text in which nothing can be seen. */
export function isBlank(text: string): boolean {
  return tidyName(text) === ''
}
