import { readWithin, replaceWithin } from '../runtime/safe-open.ts'

const FILE = 'background.heard'
/** In bytes; a longer note is none. */
const MAX_SIZE = 1_048_576

interface Heard {
  /** Where the part of the run begins. */
  readonly from: number
  readonly names: readonly string[]
}

/** Notes that these resident callbacks have heard a part of a run to its end. @param from - Where the part begins. */
export function noteHeard(dir: string, from: number, names: readonly string[]): void {
  const heard: Heard = { from, names: [...new Set([...heardBy(dir, from), ...names])] }
  try {
    replaceWithin(dir, FILE, JSON.stringify(heard))
  } catch {
    // They may hear it once more; notifications are delivered once all the same.
  }
}

/** Who has heard this part, or a later one. */
export function heardBy(dir: string, from: number): ReadonlySet<string> {
  try {
    const heard = JSON.parse(String(readWithin(dir, FILE, 'own', MAX_SIZE))) as Heard
    return new Set(heard.from >= from ? heard.names : [])
  } catch {
    return new Set()
  }
}
