/** What lies along an axis, from its one end to the other. */
export interface Scale {
  readonly from: number
  /** Larger than `from`. */
  readonly to: number
  /** By the logarithm: `from` is positive then. */
  readonly log: boolean
}

/** Where a value lies on an axis: 0 at its beginning, 1 at its end. What has no logarithm lies before the beginning. */
export function placing({ from, to, log }: Scale): (value: number) => number {
  if (log) {
    const [start, length] = [Math.log(from), Math.log(to) - Math.log(from)]
    return (value) => (value > 0 ? (Math.log(value) - start) / length : -Infinity)
  }
  // Two ends may be further from each other than any number is large.
  const part = Number.isFinite(to - from) ? 1 : 0.25
  const length = part * to - part * from
  return (value) => (part * value - part * from) / length
}

/** The value at a place. */
export function valueAt({ from, to, log }: Scale, place: number): number {
  return log ? Math.exp(Math.log(from) * (1 - place) + Math.log(to) * place) : from * (1 - place) + to * place
}
