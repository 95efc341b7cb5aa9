import type { Redactor } from '../text/redactor.ts'
import { MAX_KEY, shown } from './key.ts'

/** Keys that are remembered at most; beyond these each is looked at anew. */
const MOST = 10_000
/** Of a longer key only the beginning is recorded anyway. */
const LONGEST = 4 * MAX_KEY

/** Keys without what must not be recorded. Keys that look alike then are told apart by a number. */
export class RedactedKeys {
  readonly #redactor: Redactor
  readonly #known = new Map<string, string>()
  readonly #alike = new Map<string, number>()

  constructor(redactor: Redactor) {
    this.#redactor = redactor
  }

  /** @param spelling - As the user wrote it: what is cut off before could be a part of what is looked for. */
  of(spelling: string): string {
    const key = spelling.slice(0, LONGEST)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const masked = this.#redactor.text(key, 'key')
    const redacted = masked === key ? key : this.#numbered(masked)
    if (this.#known.size < MOST) this.#known.set(key, redacted)
    return redacted
  }

  /** For a message about a key that is not recorded. */
  shown(spelling: string): string {
    return shown(this.#redactor.text(spelling.slice(0, LONGEST), 'key'))
  }

  #numbered(masked: string): string {
    const count = (this.#alike.get(masked) ?? 0) + 1
    if (this.#alike.size < MOST) this.#alike.set(masked, count)
    return count === 1 ? masked : `${masked} (${count})`
  }
}
