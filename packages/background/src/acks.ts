import { readWithin, replaceWithin } from '@swanlab/journal/internal'

const FILE = 'background.heard'
/** In bytes; a longer note is none. */
const MAX_SIZE = 1_048_576

interface Acks {
  /** Where the session begins in the journal, in bytes. */
  readonly from: number
  readonly names: readonly string[]
}

/** Notes that these resident callbacks have been given a session of a run to its end. @param from - Where the session
 * begins. */
export function acknowledge(dir: string, from: number, names: readonly string[]): void {
  const acks: Acks = { from, names: [...new Set([...acknowledgedBy(dir, from), ...names])] }
  try {
    replaceWithin(dir, FILE, JSON.stringify(acks))
  } catch {
    // They may be given it once more; messages are delivered once all the same.
  }
}

/** The callbacks that have been given this session, or a later one, to its end. */
export function acknowledgedBy(dir: string, from: number): ReadonlySet<string> {
  try {
    const acks = JSON.parse(String(readWithin(dir, FILE, 'own', MAX_SIZE))) as Acks
    return new Set(acks.from >= from ? acks.names : [])
  } catch {
    return new Set()
  }
}
