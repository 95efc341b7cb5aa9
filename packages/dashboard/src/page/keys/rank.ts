/**
 * What is looked for first: names that begin with the text, then those that have a word that does, those that hold it,
 * and those that hold its letters in order. Among equals the order stays.
 */
export function rank<T>(text: string, all: readonly T[], nameOf: (one: T) => string): readonly T[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return all
  const scored = all.flatMap((one) => {
    const score = scoreOf(wanted, nameOf(one).toLowerCase())
    return score === undefined ? [] : [{ one, score }]
  })
  return scored.toSorted((a, b) => a.score - b.score).map(({ one }) => one)
}

function scoreOf(wanted: string, name: string): number | undefined {
  if (name.startsWith(wanted)) return 0
  const at = name.indexOf(wanted)
  if (at > 0) return /[\s/_.-]/.test(name[at - 1]!) ? 1 : 2
  let from = 0
  for (const letter of wanted) {
    from = name.indexOf(letter, from) + 1
    if (from === 0) return undefined
  }
  return 3
}
