import type { Report } from '@swanlab/core/internal'

/** Reasons that are told apart. */
const MAX_REASONS = 16

/**
 * Reports that runs are followed in the training process: of a program with hundreds of them one line a reason, and how
 * many there were whenever the last of them has ended.
 */
export class FallbackReports {
  readonly #reasons = new Set<string>()
  #runs = 0
  #followed = 0
  #counted = 0

  began(reason: string, message: string, report: Report): void {
    this.#runs++
    this.#followed++
    if (this.#reasons.has(reason) || this.#reasons.size >= MAX_REASONS) return
    this.#reasons.add(reason)
    // It says what it is about, and need not be counted.
    if (this.#runs === 1) this.#counted = 1
    report('warn', message)
  }

  ended(report: Report): void {
    this.#followed--
    if (this.#followed > 0 || this.#runs === this.#counted) return
    this.#counted = this.#runs
    const why = [...this.#reasons].join('; ')
    report('info', `So far ${this.#runs} runs of this program were followed in the training process (${why}).`)
  }
}

/** Those of this program. */
export const fallbackReports: FallbackReports = new FallbackReports()
