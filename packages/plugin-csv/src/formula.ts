/** Full-width forms count: spreadsheets of East Asian locales take them for the plain signs. */
const FORMULA = /^(?:[\s\p{Cc}\p{Cf}'"]*[=+\-@＝＋－＠]|'*[\t\r\n])/u

/**
 * Puts an apostrophe before text that a spreadsheet would run as a formula. No two texts become the same.
 *
 * Source: OWASP, "CSV Injection".
 */
export function defuse(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text
}

/** Takes back {@link defuse}; other text is left as it is. */
export function undefuse(text: string): string {
  return text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text
}
