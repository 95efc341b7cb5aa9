import type { Callback } from '../contract/callback.ts'
import type { MediaDraft } from '../contract/media.ts'
import type { MediaRecord } from '../contract/payloads.ts'
import type { Report } from '../contract/report.ts'
import { deepFreeze } from '../data/frozen.ts'
import type { Guard } from './guard.ts'

/** The recorders of one run, beside the moments that they are called with: who stores media, and what they have lost. */
export class Recorders {
  readonly #recorders: readonly Callback[]
  readonly #guard: Guard
  readonly #report: Report
  #mediaLost = 0

  constructor(callbacks: readonly Callback[], guard: Guard, report: Report) {
    this.#recorders = callbacks.filter(({ immediate }) => immediate)
    this.#guard = guard
    this.#report = report
  }

  /** Number of records that could not be kept so far. */
  get lost(): number {
    return this.#recorders.reduce((sum, recorder) => sum + (recorder.lost?.() ?? 0), this.#mediaLost)
  }

  /** Absent: they could not be stored, and that is counted. */
  store(draft: MediaDraft): MediaRecord | undefined {
    const keeper = this.#recorders.find((recorder) => recorder.storeMedia !== undefined)
    if (!keeper) {
      if (this.#mediaLost++ === 0) this.#report('warn', 'Media are not kept: no callback of this run stores them.')
      return undefined
    }
    try {
      return deepFreeze(keeper.storeMedia!(draft))
    } catch (error) {
      this.#mediaLost++
      this.#guard.failed(keeper.name, 'storeMedia', error)
      return undefined
    }
  }
}
