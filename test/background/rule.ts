import { appendFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { alert, type Alert, type Callback, type CallbackContext, type LogRecord } from 'swanlab'

export interface RuleOptions {
  /** Where it notes the alerts that it gets. */
  readonly file: string
  /** Raises alerts through the function of the package instead of the context. */
  readonly through?: 'function'
  /** Answers every alert with another one. */
  readonly echo?: boolean
  /** Asks the training to stop when the loss is too high. */
  readonly stop?: boolean
  /** Leaves a timer and a socket open. */
  readonly open?: boolean
  readonly live?: boolean
}

/** Raises an alert when the loss is too high, when the run breaks, and when it is over. */
export class Rule implements Callback {
  readonly name = 'rule'
  readonly resident: Callback['resident']
  readonly #options: RuleOptions

  constructor(options: RuleOptions) {
    this.#options = options
    if (!options.live) this.resident = { module: import.meta.url, export: 'Rule', options }
  }

  onRun(): void {
    if (!this.#options.open) return
    setInterval(() => {}, 1_000)
    createServer().listen(0, '127.0.0.1')
  }

  onLog({ step, data }: LogRecord, context: CallbackContext): void {
    if (!(data['loss']! > 1)) return
    const raise = this.#options.through === 'function' ? alert : context.alert
    raise({ title: `loss is ${data['loss']}`, level: 'warn', step })
    if (this.#options.stop) {
      context.log({ 'rule/loss': data['loss']! }, step)
      context.requestStop(`loss is ${data['loss']}`)
    }
  }

  onAlert({ title }: Alert, context: CallbackContext): void {
    appendFileSync(this.#options.file, `${JSON.stringify({ pid: process.pid, place: context.place, title })}\n`)
    if (this.#options.echo) context.alert({ title: `echo of ${title}`.slice(0, 40) })
  }

  onError(_: object, context: CallbackContext): void {
    context.alert({ title: 'it broke', level: 'error' })
  }

  onStop(_: object, context: CallbackContext): void {
    context.alert({ title: 'it is over' })
  }
}
