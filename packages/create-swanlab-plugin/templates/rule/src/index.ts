import {
  type CallbackContext,
  checkOptions,
  defineResident,
  type LogRecord,
  type OptionChecks,
  SwanKitCallback,
} from '@swanlab/core'

/** Options of a {@link MyRule}. */
export interface MyRuleOptions {
  /** The metric to watch, such as `train/loss`. */
  readonly key: string
  /** The highest value that is all right. */
  readonly limit: number
  /** How many values in a row may be above it before the training is asked to stop. Default: 10. */
  readonly patience?: number
}

const CHECKS: OptionChecks<MyRuleOptions> = {
  key: ['the name of a metric', (value) => typeof value === 'string' && value !== '', { required: true }],
  limit: ['a number', (value) => typeof value === 'number' && Number.isFinite(value), { required: true }],
  patience: ['a whole number above 0', (value) => Number.isInteger(value) && Number(value) > 0],
}

/** Raises an alert when a metric gets too high or is no number, and asks the training to stop when it stays so. */
export class MyRule extends SwanKitCallback<MyRuleOptions> {
  #inARow = 0

  constructor(options: MyRuleOptions) {
    checkOptions('MyRule', options, CHECKS)
    super(options)
  }

  override onLog({ step, data }: LogRecord, context: CallbackContext): void {
    const { key, limit, patience = 10 } = this.options
    const value = data[key]
    if (value === undefined) return
    this.#inARow = value <= limit ? 0 : this.#inARow + 1
    const title = `${key} is ${value}`
    if (this.#inARow === 1) context.alert({ title, text: `above ${limit}`, level: 'warn', step, rule: this.name })
    if (this.#inARow === patience) context.requestStop(`${title}, and has been above ${limit} for ${patience} values`)
  }
}

defineResident(import.meta, MyRule, 'my-plugin')
