import { createContext, Script } from 'node:vm'
import { MASK } from './mask-names.ts'

/** How long a pattern may search a text, in milliseconds, … */
const TIME = 250
/** … and for how many characters it gets one more. */
const PER_MS = 10_000
/** Texts on which a pattern may take too long before it is no longer tried. */
const MOST_TIMEOUTS = 3
/** Up to so many characters a simple pattern is surely done in a few milliseconds. */
const SHORT = 4_096

/**
 * A pattern that somebody else has written: it may take for ever. Where that cannot be ruled out, it runs under a watchdog,
 * which costs some tenths of a millisecond.
 */
export class UserPattern {
  readonly #pattern: RegExp
  readonly #simple: boolean
  readonly #late: (length: number) => void
  #timeouts = 0

  /** @param late - It took too long on a text of so many characters; called once. */
  constructor(pattern: RegExp, late: (length: number) => void) {
    this.#pattern = pattern
    this.#simple = isSimple(pattern.source)
    this.#late = late
  }

  /** The text with what matches masked; masked as a whole when that takes too long. */
  mask(text: string): string {
    const masked = (): string => text.replaceAll(this.#pattern, (match: string) => (match === '' ? '' : MASK))
    return this.#inTime(text, masked) ?? MASK
  }

  /** Whether something in the text matches. It counts as found when that takes too long. */
  isIn(text: string): boolean {
    return this.#inTime(text, () => text.search(this.#pattern) >= 0) ?? true
  }

  /** @returns nothing when it takes too long. */
  #inTime<T>(text: string, search: () => T): T | undefined {
    if (this.#simple && text.length <= SHORT) return search()
    if (this.#timeouts >= MOST_TIMEOUTS) return undefined
    try {
      return within(TIME + text.length / PER_MS, search)
    } catch {
      // Nothing else can fail: the pattern has been compiled, and its text is one.
      if (this.#timeouts++ === 0) this.#late(text.length)
      return undefined
    }
  }
}

/** Nothing repeated is repeated as a whole, and only one part has no bound: time grows with the square of the text at worst. */
function isSimple(source: string): boolean {
  const bare = source
    .replaceAll(/\\./gs, 'x')
    .replaceAll(/\[[^\]]*\]/g, 'x')
    .replaceAll('(?', '(')
  const repeated = bare.match(/[*+]|\{\d+,\d*\}/g)?.length ?? 0
  const optional = bare.match(/\?/g)?.length ?? 0
  return !/\)[*+?{]/.test(bare) && repeated <= 1 && optional <= 3
}

let watched: { readonly sandbox: { work: () => unknown }; readonly script: Script } | undefined

/** @throws when it takes longer. The engine checks for that while it searches, too. */
function within<T>(ms: number, work: () => T): T {
  watched ??= { sandbox: createContext({ work }) as { work: () => unknown }, script: new Script('work()') }
  watched.sandbox.work = work
  return watched.script.runInContext(watched.sandbox, { timeout: Math.ceil(ms) }) as T
}
