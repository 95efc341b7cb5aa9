/** Levels of what clients say about runs, and of what they caption media with. */
const MAX_DEPTH = 100

/** Whether something is nested so deeply that writing it down again could fail. */
export function isTooDeep(value: unknown): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : []))
  }
  return false
}
