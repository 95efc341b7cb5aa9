import type { ColumnInfo, MetricSummary } from '../contract/payloads.ts'
import { StepSet } from './step-set.ts'

/** What a run remembers of one key: its column, its used steps, its summary. Constant in size. */
export class Series {
  readonly column: ColumnInfo
  readonly #steps = new StepSet()
  #last = NaN
  #lastStep = -1
  #min = Infinity
  #minStep = -1
  #max = -Infinity
  #maxStep = -1
  #count = 0

  constructor(column: ColumnInfo) {
    this.column = column
  }

  /** False when the step was used before: the first value stands. */
  add(step: number, value: number): boolean {
    if (!this.#steps.add(step)) return false
    this.#count++
    if (step >= this.#lastStep) {
      this.#last = value
      this.#lastStep = step
    }
    // The first value that is a number takes both, even an infinite one.
    if (value < this.#min || (this.#minStep < 0 && value === value)) {
      this.#min = value
      this.#minStep = step
    }
    if (value > this.#max || (this.#maxStep < 0 && value === value)) {
      this.#max = value
      this.#maxStep = step
    }
    return true
  }

  summary(): MetricSummary {
    const extremes =
      this.#minStep < 0 ? {} : { min: this.#min, minStep: this.#minStep, max: this.#max, maxStep: this.#maxStep }
    return Object.freeze({ last: this.#last, lastStep: this.#lastStep, ...extremes, count: this.#count })
  }
}
