import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Callback,
  type CallbackContext,
  defineResident,
  type LogRecord,
  type Outcome,
  SwanKitCallback,
} from '@swanlab/core'
import { NotificationCallback } from '@swanlab/notification'

/** A callback that does everything right, and what is wrong with it in one test. */
export interface CalmOptions {
  readonly folder: string
  readonly name?: string
  /** Does something else where it is not live. */
  readonly twoFaced?: boolean
  /** Shown where it is not live, and to the processes that it starts. */
  readonly secret?: string
}

/** Raises, logs, asks to stop, delivers and writes: what a callback can do, each once. */
export class Calm implements Callback {
  readonly name: string
  readonly #options: CalmOptions
  #highest = 0

  constructor(options: CalmOptions) {
    this.#options = options
    this.name = options.name ?? 'calm'
    if (options.secret) process.env['SECRET_OF_CALM'] = options.secret
  }

  get resident(): Callback['resident'] {
    return { module: import.meta.url, export: 'Calm', options: this.#options }
  }

  onLog({ data, step }: LogRecord, { alert, log, requestStop, deliver, place }: CallbackContext): void {
    this.#highest = Math.max(this.#highest, step)
    if (!Number.isNaN(data['loss'])) return
    alert({ title: 'it is NaN', step })
    log({ 'calm/nan': 1 })
    requestStop('it is NaN')
    deliver({ text: this.#options.twoFaced && place !== 'live' ? 'something else' : 'it is NaN' })
  }

  onStop({ state }: Outcome, { place, report }: CallbackContext): void {
    const { secret } = this.#options
    if (secret && place !== 'live') report('info', `sent to ${secret}`)
    writeFileSync(join(this.#options.folder, 'calm.txt'), `${state} after ${this.#highest}`)
  }

  async send(): Promise<void> {}
}

/** As authors write notifiers: with no line about where they can live. */
export class Quiet extends NotificationCallback {
  override async send(): Promise<void> {}
}

export class Stated extends SwanKitCallback<{ readonly twoFaced?: boolean }> {
  override onStop(_outcome: Outcome, { place, alert }: CallbackContext): void {
    if (this.options.twoFaced && place === 'resident') alert({ title: 'only here' })
  }
}
defineResident(import.meta, Stated)
