/** One line of the table. */
export interface Figure {
  readonly figure: string
  readonly goal: string
  readonly measured: string
  /** Absent: there is no goal. */
  readonly met?: boolean | undefined
}

/** The value of which a share of all are not larger. @param share - From 0 to 1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function ms(value: number): string {
  return value < 10 ? `${value.toFixed(1)} ms` : `${Math.round(value).toLocaleString('en')} ms`
}

export function mb(bytes: number): string {
  return `${Math.round(bytes / 1e6).toLocaleString('en')} MB`
}

export function count(value: number): string {
  return value >= 1e6 && value % 1e6 === 0 ? `${value / 1e6}M` : value.toLocaleString('en')
}
