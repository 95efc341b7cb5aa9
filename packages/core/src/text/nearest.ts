/**
 * The one of `words` that `word` was most likely meant to be; none when nothing is close. Case, `_` and `-` do not
 * count, so `experiment_name` finds `experimentName`.
 */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const wanted = fold(word.slice(0, 100))
  let best: { word: string; edits: number } | undefined
  for (const candidate of words) {
    const folded = fold(candidate)
    const edits = distance(wanted, folded)
    const close = edits <= Math.floor(Math.max(wanted.length, folded.length) / 3)
    if (close && edits < (best?.edits ?? Infinity)) best = { word: candidate, edits }
  }
  return best?.word
}

function fold(word: string): string {
  return word.replace(/[_-]/g, '').toLowerCase()
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const above = rows[i - 1]!
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2]![j - 2]! + 1 : Infinity
      row[j] = Math.min(above[j]! + 1, row[j - 1]! + 1, replaced, swapped)
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
