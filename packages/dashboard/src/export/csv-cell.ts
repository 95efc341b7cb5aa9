/** By RFC 4180. A text that a spreadsheet would take for a formula has an apostrophe in front; a number has none. */
export function csvCell(text: string): string {
  const safe = /^\s*[=+\-@\t\r]/.test(text) && !isNumber(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe
}

function isNumber(text: string): boolean {
  return /^-?(?:\d+\.?\d*(?:e[+-]?\d+)?|Infinity)$/i.test(text)
}
