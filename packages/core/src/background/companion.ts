import { createInterface } from 'node:readline'
import { getHeapStatistics } from 'node:v8'
import type { Callback } from '../kernel/callback.ts'
import type { RunInfo } from '../kernel/payloads.ts'
import type { Report } from '../kernel/reporter.ts'
import { describeError } from '../kernel/thrown.ts'
import { markRunning } from '../journal/running.ts'
import { identityOf, thisProcess } from '../runtime/process-identity.ts'
import { deliveryReport } from './delivery-report.ts'
import { postWitness, type ExitWitness } from './exit-witness.ts'
import type { News, Order } from './messages.ts'
import { unref } from './unref.ts'
import { spawnBackground, type BackgroundProcess } from './spawn.ts'

const NAME = 'swanlab:background'
/** Silence after which the user is told what `finish()` is waiting for, in milliseconds. */
const PATIENCE = 1_000
/** Background processes that may die under one run before it goes on without. */
const MAX_STARTS = 2

export interface CompanionOptions {
  readonly callbacks: Order['callbacks']
  readonly callbackTimeout: number
  /** How long `finish()` waits for the background process, in milliseconds. */
  readonly finishTimeout: number
  /** Where the run's part begins in its journal, in bytes. */
  readonly from: () => number
  readonly report: Report
}

/**
 * The callback that stands in for those that live in the background process: starts it with the run, and waits for it
 * at the end.
 */
export function companion(options: CompanionOptions): Callback {
  const attendant = new Attendant(options)
  return {
    name: NAME,
    timeout: options.finishTimeout + 1_000,
    apply: (hooks) => {
      // Early, before the heap grows; and last, while the live callbacks have been working beside it.
      hooks.run.tap({ name: NAME, stage: -100 }, (run) => attendant.start(run))
      hooks.finish.tapPromise({ name: NAME, stage: 100 }, () => attendant.wait())
    },
  }
}

/** The training's end of the two pipes. */
class Attendant {
  readonly #options: CompanionOptions
  #process: BackgroundProcess | undefined
  #witness: ExitWitness | undefined
  #starts = 0
  #done = false
  #settled: (how: 'settled' | 'gone') => void = () => {}
  readonly #whenSettled: Promise<'settled' | 'gone'>

  constructor(options: CompanionOptions) {
    this.#options = options
    this.#whenSettled = new Promise((resolve) => (this.#settled = resolve))
  }

  start(run: RunInfo): void {
    if (!run.dir) return
    const { callbacks, callbackTimeout, from, report } = this.#options
    const heapLimit = getHeapStatistics().heap_size_limit
    const order: Order = { dir: run.dir, from: from(), callbacks, callbackTimeout, training: thisProcess(), heapLimit }
    this.#starts++
    this.#witness ??= postWitness(run.dir)
    try {
      const background = spawnBackground(run.dir)
      this.#process = background
      // At once: somebody who finds the training dead must see that the run is taken care of.
      if (background.pid) markRunning(run.dir, { training: order.training, background: identityOf(background.pid) })
      this.#hear(background)
      background.on('error', (error) => this.#fell(background, run, error.message))
      background.on('exit', (code, signal) => this.#fell(background, run, `it ended with ${signal ?? code}`))
      // Its death is noticed by its exit; a broken pipe is no news.
      background.stdin.on('error', () => {})
      background.stdin.write(`${JSON.stringify(order)}\n`)
      unref(background.stdin)
      unref(background.stdout)
    } catch (error) {
      this.#done = true
      report(
        'warn',
        `No background process could be started (${describeError(error)}); ${this.#names()} will not hear this run.`,
      )
      this.#settled('gone')
    }
  }

  async wait(): Promise<void> {
    if (!this.#process) return
    const { finishTimeout, report } = this.#options
    let patience: NodeJS.Timeout | undefined
    let deadline: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      patience = setTimeout(() => report('info', `Waiting for ${this.#names()} …`), PATIENCE)
      deadline = setTimeout(() => resolve('late'), finishTimeout)
    })
    const how = await Promise.race([this.#whenSettled, late])
    clearTimeout(patience)
    clearTimeout(deadline)
    this.#done = true
    if (how === 'late') report('warn', `${this.#names()} are not done yet; the background process goes on by itself.`)
    this.#witness?.dismiss()
    this.#process.stdin.end()
    this.#process.stdout.destroy()
  }

  #hear(background: BackgroundProcess): void {
    const { report } = this.#options
    createInterface({ input: background.stdout }).on('line', (line) => {
      const news = JSON.parse(line) as News
      if (news.type === 'report') return report(news.level, news.message)
      for (const { level, message } of deliveryReport(news.deliveries)) report(level, message)
      this.#done = true
      this.#settled('settled')
    })
  }

  /** The background process is gone. While it was needed, another one hears the run from its beginning. */
  #fell(which: BackgroundProcess, run: RunInfo, why: string): void {
    if (this.#done || which !== this.#process) return
    const { report } = this.#options
    if (this.#starts < MAX_STARTS) {
      report('warn', `The background process is gone (${why}); starting it again.`)
      return this.start(run)
    }
    this.#done = true
    report('error', `The background process is gone again (${why}); ${this.#names()} will not hear this run.`)
    this.#settled('gone')
  }

  #names(): string {
    return this.#options.callbacks.map(({ name }) => name).join(', ')
  }
}
