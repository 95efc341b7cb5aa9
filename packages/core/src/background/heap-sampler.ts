import { readFileSync } from 'node:fs'
import type { Remains } from './death.ts'

/** How often memory is looked at, in milliseconds. */
const INTERVAL = 500
const PAGE = 4_096

/** Remembers how much memory a process used last. Linux only; knows nothing elsewhere. */
export class HeapSampler {
  readonly #path: string
  readonly #limit: number
  readonly #timer: NodeJS.Timeout
  #resident: number | undefined

  /** @param limit - Of the heap, in bytes. */
  constructor(pid: number, limit: number) {
    this.#path = `/proc/${pid}/statm`
    this.#limit = limit
    this.#timer = setInterval(() => this.#sample(), INTERVAL).unref()
    this.#sample()
  }

  last(): Remains['heap'] {
    return this.#resident === undefined ? undefined : { resident: this.#resident, limit: this.#limit }
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #sample(): void {
    try {
      const pages = Number(readFileSync(this.#path, 'latin1').split(' ')[1])
      if (pages > 0) this.#resident = pages * PAGE
    } catch {
      // It is gone, or this is not Linux.
    }
  }
}
