import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FILE = 'background.heard'

/** Notes that the resident callbacks have heard a part of a run to its end. @param from - Where the part begins. */
export function noteHeard(dir: string, from: number): void {
  try {
    writeFileSync(join(dir, FILE), String(from))
  } catch {
    // They may hear it once more; notifications are delivered once all the same.
  }
}

/** Have they heard this part, or a later one? */
export function wasHeard(dir: string, from: number): boolean {
  try {
    return Number(readFileSync(join(dir, FILE), 'utf8')) >= from
  } catch {
    return false
  }
}
