import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FILE = 'background.heard'

interface Heard {
  /** Where the part of the run begins. */
  readonly from: number
  readonly names: readonly string[]
}

/** Notes that these resident callbacks have heard a part of a run to its end. @param from - Where the part begins. */
export function noteHeard(dir: string, from: number, names: readonly string[]): void {
  const heard: Heard = { from, names: [...new Set([...heardBy(dir, from), ...names])] }
  try {
    writeFileSync(join(dir, FILE), JSON.stringify(heard))
  } catch {
    // They may hear it once more; notifications are delivered once all the same.
  }
}

/** Who has heard this part, or a later one. */
export function heardBy(dir: string, from: number): ReadonlySet<string> {
  try {
    const heard = JSON.parse(readFileSync(join(dir, FILE), 'utf8')) as Heard
    return new Set(heard.from >= from ? heard.names : [])
  } catch {
    return new Set()
  }
}
