/** Also as JSON within JSON has it. */
const QUOTE = /\\{0,3}["'`]/g
const QUOTE_OR_BRACKET = /\\{0,3}["'`]|[[\]{}]/g
const AFTER_NAME = /\s{0,9}:/y

/** Up to the quote that ends it, or to the end of the text. */
export function quotedAt(text: string, from: number, quote: string): string {
  let end = text.indexOf(quote, from)
  while (end > from && quote.length === 1 && text[end - 1] === '\\') end = text.indexOf(quote, end + 1)
  return end < 0 ? text.slice(from) : text.slice(from, end)
}

/** A list or an object that begins there, up to the bracket that closes it or to the end of the text; empty: none does. */
export function enclosedAt(text: string, from: number): string {
  if (text[from] !== '[' && text[from] !== '{') return ''
  let depth = 0
  QUOTE_OR_BRACKET.lastIndex = from
  for (let found = QUOTE_OR_BRACKET.exec(text); found; found = QUOTE_OR_BRACKET.exec(text)) {
    const [sign] = found
    const after = QUOTE_OR_BRACKET.lastIndex
    if (sign === '[' || sign === '{') depth++
    else if (sign === ']' || sign === '}') depth--
    else QUOTE_OR_BRACKET.lastIndex = after + quotedAt(text, after, sign).length + sign.length
    if (depth === 0) return text.slice(from, after)
  }
  return text.slice(from)
}

/** The text with another one in place of each that is quoted in it, names of members excepted. */
export function mapQuoted(text: string, map: (quoted: string) => string): string {
  let mapped = ''
  let from = 0
  QUOTE.lastIndex = 0
  for (let found = QUOTE.exec(text); found; found = QUOTE.exec(text)) {
    const start = QUOTE.lastIndex
    const quoted = quotedAt(text, start, found[0])
    const end = start + quoted.length
    QUOTE.lastIndex = AFTER_NAME.lastIndex = end + found[0].length
    if (quoted === '' || AFTER_NAME.test(text)) continue
    mapped += text.slice(from, start) + map(quoted)
    from = end
  }
  return mapped + text.slice(from)
}
