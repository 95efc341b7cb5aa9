import { type CallbackContext, defineResident, type LogRecord, SwanKitCallback } from '@swanlab/core'

export interface EarlyStoppingOptions {
  /** The metric to watch, such as `eval/loss`. */
  readonly key: string
  /** Which values are better, low or high ones. Default: `min`. */
  readonly mode?: 'min' | 'max'
  /** How many values in a row may fail to be better than the best one. Default: 10. */
  readonly patience?: number
  /** By how much a value must be better to count. Default: 0. */
  readonly minDelta?: number
}

/** Asks the training to stop when a metric no longer improves. Its loop looks at `run.signal`. */
export class EarlyStopping extends SwanKitCallback<EarlyStoppingOptions> {
  #best: number | undefined
  #waited = 0

  override onLog({ step, data }: LogRecord, context: CallbackContext): void {
    const { key, mode = 'min', patience = 10, minDelta = 0 } = this.options
    const value = data[key]
    if (value === undefined || this.#waited >= patience) return
    const best = this.#best ?? (mode === 'min' ? Infinity : -Infinity)
    // NaN is never better.
    if ((mode === 'min' ? best - value : value - best) > minDelta) {
      this.#best = value
      this.#waited = 0
    } else if (++this.#waited >= patience)
      context.requestStop(`${key} was not better than ${best} in ${patience} values, the last at step ${step}`)
  }
}

defineResident(import.meta, EarlyStopping)
