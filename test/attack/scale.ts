/** True where only the short form of the attacks is asked for, as in CI. */
export const SHORT = process.env['ATTACK'] === 'short'

/** How much of an attack to try: all of it, or what its short form takes. */
export function scale(full: number, short: number): number {
  return SHORT ? short : full
}
