import type { ConsoleLine } from '../contract/payloads.ts'

/** As many lines as one reads when something went wrong. */
const MOST = 20
/** In characters. */
const LONGEST = 200

/** The last lines of a terminal. */
export class LastLines {
  #lines: ConsoleLine[] = []

  add({ line, level, text, time }: ConsoleLine): void {
    this.#lines.push({ line, level, text: cut(text), time })
    // Not at every line: shifting moves the rest.
    if (this.#lines.length >= 2 * MOST) this.#lines = this.#lines.slice(-MOST)
  }

  clear(): void {
    this.#lines = []
  }

  get list(): readonly ConsoleLine[] {
    return Object.freeze(this.#lines.slice(-MOST).map((line) => Object.freeze(line)))
  }
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}
