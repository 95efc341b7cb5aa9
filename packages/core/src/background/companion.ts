import { createInterface } from 'node:readline'
import { getHeapStatistics } from 'node:v8'
import type { Callback } from '../kernel/callback.ts'
import type { Outcome, RunInfo } from '../kernel/payloads.ts'
import type { Report } from '../kernel/reporter.ts'
import { describeError } from '../kernel/thrown.ts'
import { markRunning } from '../journal/running.ts'
import { identityOf, thisProcess } from '../runtime/process-identity.ts'
import { deliveryReport } from './delivery-report.ts'
import { slowDownDeath } from './exit-witness.ts'
import type { Farewell, News, Order } from './messages.ts'
import { newsIn } from './news.ts'
import { unref } from './unref.ts'
import { spawnBackground, type BackgroundProcess, type Spawned } from './spawn.ts'
import { tellOfWaiting } from './waiting.ts'

const NAME = 'swanlab:background'
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
  /** Does somebody watch the terminal? Default: as of standard error. */
  readonly terminal?: boolean
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
      hooks.finish.tapPromise({ name: NAME, stage: 100 }, (outcome) => attendant.wait(outcome))
    },
  }
}

/** The training's end of the two pipes. */
class Attendant {
  readonly #options: CompanionOptions
  #process: BackgroundProcess | undefined
  #spawned: Spawned | undefined
  #hurry: (() => void) | undefined
  #farewell: Farewell | undefined
  #awaited: Extract<News, { type: 'awaited' }> | undefined
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
    this.#starts++
    // Older than what the witness holds on to.
    this.#hurry ??= slowDownDeath()
    const order: Order = {
      dir: run.dir,
      from: from(),
      callbacks,
      callbackTimeout,
      training: thisProcess(),
      heapLimit,
    }
    try {
      this.#spawned?.dismiss()
      this.#spawned = spawnBackground(run.dir)
      const { background } = this.#spawned
      this.#process = background
      // At once: somebody who finds the training dead must see that the run is taken care of.
      if (background.pid) markRunning(run.dir, { training: order.training, background: identityOf(background.pid) })
      this.#hear(background)
      background.on('error', (error) => this.#fell(background, run, error.message))
      background.on('exit', (code, signal) => this.#fell(background, run, `it ended with ${signal ?? code}`))
      // Its death is noticed by its exit; a broken pipe is no news.
      background.stdin.on('error', () => {})
      say(background, order)
      if (this.#farewell) say(background, this.#farewell)
      unref(background.stdin)
      unref(background.stdout)
    } catch (error) {
      this.#done = true
      this.#dismissWitness()
      report(
        'warn',
        `No background process could be started (${describeError(error)}); ${this.#names()} will not hear this run.`,
      )
      this.#settled('gone')
    }
  }

  /** Says how the run ended, at once, and waits until everybody has heard it. */
  async wait({ endTime: time, state, error, cause, duration, steps, lastStep, losses }: Outcome): Promise<void> {
    this.#farewell = { type: 'finish', time, state, error, cause, duration, steps, lastStep, losses }
    if (!this.#process) return
    // The journal says it, too, but its disk may have refused it.
    say(this.#process, this.#farewell)
    const { finishTimeout, report, terminal = process.stderr.isTTY } = this.#options
    const stopTelling = tellOfWaiting({ report, terminal, awaited: () => this.#names() })
    let deadline: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => (deadline = setTimeout(() => resolve('late'), finishTimeout)))
    const how = await Promise.race([this.#whenSettled, late])
    stopTelling()
    clearTimeout(deadline)
    this.#done = true
    if (how === 'late') this.#leave()
    this.#dismissWitness()
    this.#process.stdin.end()
    this.#process.stdout.destroy()
  }

  #hear(background: BackgroundProcess): void {
    const { report } = this.#options
    createInterface({ input: background.stdout }).on('line', (line) => {
      const news = newsIn(line)
      if (!news) return
      if (news.type === 'report') return report(news.level, news.message)
      if (news.type === 'awaited') return void (this.#awaited = news)
      for (const { level, message } of deliveryReport(news.deliveries)) report(level, message)
      this.#done = true
      this.#settled('settled')
    })
  }

  #dismissWitness(): void {
    this.#spawned?.dismiss()
    this.#hurry?.()
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

  /** The time is up. What is done is reported, and what is not goes on without us. */
  #leave(): void {
    const { report, finishTimeout } = this.#options
    const names = this.#awaited?.names ?? []
    const others = this.#awaited?.deliveries.filter(({ channel }) => !names.includes(channel)) ?? []
    for (const { level, message } of deliveryReport(others)) report(level, message)
    const time = `${finishTimeout / 1_000} s`
    report('warn', `Not done within ${time}: ${this.#names()}; the background process goes on by itself.`)
  }

  /** Who is still at work on the end. */
  #names(): string {
    return (this.#awaited?.names ?? this.#options.callbacks.map(({ name }) => name)).join(', ')
  }
}

function say({ stdin }: BackgroundProcess, what: Order | Farewell): void {
  if (stdin.writable) stdin.write(`${JSON.stringify(what)}\n`)
}
