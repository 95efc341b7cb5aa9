import type { Callback, CallbackContext, RunInfo } from '@swanlab/core'
import type { Resident } from '@swanlab/core/internal'

/** A resident callback that says what it should not. */
export class Raising implements Callback {
  readonly name = 'raising'
  readonly resident: Resident
  readonly #plain: string

  constructor({ nonce }: { nonce: string }) {
    this.#plain = `plain-resident-${nonce}`
    this.resident = { module: import.meta.url, export: 'Raising', options: { nonce } }
  }

  onRun(_run: RunInfo, context: CallbackContext): void {
    context.alert({ title: `alert of ${this.#plain}`, text: this.#plain })
    context.log({ [`resident/${this.#plain}`]: 1 })
    context.report('warn', `report of ${this.#plain}`)
    throw new Error(`failure of ${this.#plain}`)
  }
}
