import type { ConsoleLine } from '../kernel/payloads.ts'

/** As many lines as one reads when something went wrong. */
const MOST = 20
const LONGEST = 200

/** The last lines of a terminal. */
export class LastLines {
  #lines: ConsoleLine[] = []

  add({ line, level, text, time }: ConsoleLine): void {
    this.#lines.push({ line, level, text: text.slice(0, LONGEST), time })
    // Not at every line: shifting moves the rest.
    if (this.#lines.length >= 2 * MOST) this.#lines = this.#lines.slice(-MOST)
  }

  get list(): readonly ConsoleLine[] {
    return Object.freeze(this.#lines.slice(-MOST).map((line) => Object.freeze(line)))
  }
}
