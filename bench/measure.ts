/** Middle of several rounds: one disturbed round does not count. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Nanoseconds per call of `work`, which is called `count` times. */
export function nanoseconds(count: number, work: (i: number) => void): number {
  const start = process.hrtime.bigint()
  for (let i = 0; i < count; i++) work(i)
  return Number(process.hrtime.bigint() - start) / count
}

/** Takes every subject once a round, in turn, so that a slow moment of the machine hits all of them. */
export function inTurn<K extends string>(rounds: number, subjects: Record<K, () => number>): Record<K, number> {
  const results = Object.fromEntries(Object.keys(subjects).map((name) => [name, [] as number[]])) as Record<K, number[]>
  for (let round = 0; round < rounds; round++)
    for (const name of Object.keys(subjects) as K[]) results[name].push(subjects[name]())
  return Object.fromEntries(
    Object.entries<number[]>(results).map(([name, values]) => [name, median(values)]),
  ) as Record<K, number>
}

/** A table for a terminal and for Markdown alike. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)].join('\n')
}
