import { SwanLabError } from '../contract/error.ts'
import { nearest } from '../text/nearest.ts'
import { quote, show } from './show.ts'

const MOST_LINES = 20

/** What is wrong with the options: gathered, so that one error names everything. */
export class Problems {
  readonly #lines: string[] = []
  #more = 0

  get none(): boolean {
    return this.#lines.length === 0
  }

  add(line: string): void {
    this.#add(() => line)
  }

  /** @param label - Where the value came from: a parameter, a variable, or a place in a file. */
  wrong(label: string, got: unknown, takes: string): void {
    this.#add(() => `${label}: takes ${takes}, but got ${show(got)}`)
  }

  /** A name that nothing has. Its value may be a secret in the wrong place and is not shown. */
  unknown(name: string, names: readonly string[], kind = 'option'): void {
    this.#add(() => `${quote(name)}: no such ${kind}; ${suggest(name, names)}`)
  }

  /** @throws SwanLabError `INVALID_OPTION` */
  throwIfAny(subject: string): void {
    if (this.none) return
    const lines = this.#more > 0 ? [...this.#lines, `and ${this.#more} more`] : this.#lines
    throw new SwanLabError(
      'INVALID_OPTION',
      `Wrong options for ${subject}:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    )
  }

  #add(write: () => string): void {
    if (this.#lines.length < MOST_LINES) this.#lines.push(write())
    else this.#more += 1
  }
}

function suggest(name: string, names: readonly string[]): string {
  const meant = nearest(name, names)
  return meant ? `did you mean "${meant}"?` : `there are ${names.join(', ')}`
}
