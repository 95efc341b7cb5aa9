import { watch, type FSWatcher } from 'node:fs'
import type { InterruptibleSleep } from './interruptible-sleep.ts'

/** How often a file is looked at while it grows, in milliseconds. */
const BUSY = 200
/** Looks in vain before the system is asked to say when it has grown. */
const MAX_BUSY_POLLS = 5
/** How often it is looked at nevertheless, in milliseconds. */
const SAFETY = 2_000
/** How often it is looked at when the system cannot say, in milliseconds. */
const IDLE = 500

/** Says when it is worth looking at a growing file again: a look in vain costs more than what it finds. */
export class FileWatcher {
  readonly #path: string
  readonly #sleep: InterruptibleSleep
  readonly #watch: typeof watch
  #vain = 0
  #watcher: FSWatcher | undefined
  #blind = false

  /** @param watchFile - Default: that of Node. */
  constructor(path: string, sleep: InterruptibleSleep, watchFile: typeof watch = watch) {
    this.#path = path
    this.#sleep = sleep
    this.#watch = watchFile
  }

  /** Resolves when it is time for the next look, or when the sleep is cut short. @param grew - Did the last one find more? */
  next(grew: boolean): Promise<void> {
    if (grew) {
      this.stop()
      this.#vain = 0
    }
    if (this.#vain++ < MAX_BUSY_POLLS) return this.#sleep.next(BUSY)
    if (this.#watcher) return this.#sleep.next(SAFETY)
    if (!this.#blind) this.#watcher = this.#begin()
    // What came just before the watch began was not announced.
    return this.#sleep.next(this.#watcher ? BUSY : IDLE)
  }

  stop(): void {
    this.#watcher?.close()
    this.#watcher = undefined
  }

  #begin(): FSWatcher | undefined {
    try {
      const watcher = this.#watch(this.#path, { persistent: false }, () => this.#sleep.now())
      return watcher.on('error', () => this.#lose())
    } catch {
      this.#blind = true
      return undefined
    }
  }

  #lose(): void {
    this.#blind = true
    this.stop()
    this.#sleep.now()
  }
}
