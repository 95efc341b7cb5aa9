import { readFileSync } from 'node:fs'
import type { Remains } from './death.ts'

/** How often memory is looked at while the heap cannot be full soon, in milliseconds. */
const CALM = 2_000
/** How often it is looked at when it may be full soon, in milliseconds. */
const TENSE = 500
/** How often it is looked at when it is nearly full: a small heap fills up within a fraction of a second. */
const ALERT = 50
/** Resident memory from which on the heap may be full soon, as a share of its limit. */
const TENSION = 0.4
/** Resident memory from which on it is nearly full. */
const ALARM = 0.6
const PAGE = 4_096

/** Places in `/proc/<pid>/stat`, behind the name. */
const RESIDENT = 21
const START_OF_CODE = 23

/** Remembers how much memory a process used last. Linux only; knows nothing elsewhere. */
export class HeapSampler {
  readonly #path: string
  readonly #limit: number
  #timer: NodeJS.Timeout | undefined
  #resident: number | undefined
  /** Does the system keep from us what is not for everybody, such as how the process will end? */
  hidden = false

  /** @param limit - Of the heap, in bytes. */
  constructor(pid: number, limit: number) {
    this.#path = `/proc/${pid}/stat`
    this.#limit = limit
    this.#sample()
  }

  last(): Remains['heap'] {
    return this.#resident === undefined ? undefined : { resident: this.#resident, limit: this.#limit }
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #sample(): void {
    try {
      const stat = readFileSync(this.#path, 'latin1')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const pages = Number(fields[RESIDENT])
      if (pages > 0) {
        this.#resident = pages * PAGE
        // Where the code begins, 1 stands for what we may not know.
        this.hidden = fields[START_OF_CODE] === '1'
      }
    } catch {
      // It is gone, or this is not Linux: neither changes.
      return
    }
    const share = (this.#resident ?? 0) / this.#limit
    const pause = share > ALARM ? ALERT : share > TENSION ? TENSE : CALM
    this.#timer = setTimeout(() => this.#sample(), pause).unref()
  }
}
