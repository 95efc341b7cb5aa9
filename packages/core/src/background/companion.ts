import { createInterface } from 'node:readline'
import { getHeapStatistics } from 'node:v8'
import { alertOf } from '../kernel/alert.ts'
import type { Callback } from '../kernel/callback.ts'
import type { Alert, CallbackReport, Outcome, RunInfo } from '../kernel/payloads.ts'
import type { Report } from '../kernel/reporter.ts'
import { describeError } from '../kernel/thrown.ts'
import { takeCare } from '../journal/lease.ts'
import { markRunning } from '../journal/running.ts'
import type { TakenLock } from '../runtime/process-lock.ts'
import { identityOf, thisProcess, type ProcessIdentity } from '../runtime/process-identity.ts'
import { deliveryReport } from './delivery-report.ts'
import { slowDownDeath } from './exit-witness.ts'
import type { Farewell, News, Order } from './messages.ts'
import { newsIn } from './news.ts'
import { unref } from './unref.ts'
import { spawnBackground, type BackgroundProcess, type Spawned } from './spawn.ts'
import { StandIn } from './stand-in.ts'
import { tellOfWaiting } from './waiting.ts'

const NAME = 'swanlab:background'
/** Background processes that may die under one run before it goes on without. */
const MAX_STARTS = 2
/** How long one may take to be up, in milliseconds: without threads to spare, Node hangs before it has begun. */
const START_TIMEOUT = 20_000
/** Of an alert's id, in characters. */
const LONGEST_ID = 64

/** The run, as the background process has something to say to it. */
export interface CompanionRun {
  /** A callback has raised an alert. The same may come twice. */
  raise(alert: Alert): void
  /** How the callbacks fared. */
  count(reports: readonly CallbackReport[]): void
}

export interface CompanionOptions {
  readonly callbacks: Order['callbacks']
  /** Arguments of Node by which they can be imported. Default: none. */
  readonly loaders?: readonly string[]
  readonly callbackTimeout: number
  /** How long `finish()` waits for the background process, in milliseconds. */
  readonly finishTimeout: number
  /** Where the run's part begins in its journal, in bytes. */
  readonly from: () => number
  readonly run: CompanionRun
  readonly report: Report
  /** Does somebody watch the terminal? Default: as of standard error. */
  readonly terminal?: boolean
  /** Default: starts the real one. */
  readonly spawn?: typeof spawnBackground
  /** How long it may take to be up, in milliseconds. Default: 20,000. */
  readonly startTimeout?: number
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
  #standIn: StandIn | undefined
  #overdue: NodeJS.Timeout | undefined
  #hurry: (() => void) | undefined
  #farewell: Farewell | undefined
  #awaited: Extract<News, { type: 'awaited' }> | undefined
  #starts = 0
  /** The last one that was up. */
  #up: BackgroundProcess | undefined
  /** Locks of the kernel say who takes care of the run. */
  #locked = false
  #done = false
  #settled: (how: 'settled' | 'gone') => void = () => {}
  readonly #whenSettled: Promise<'settled' | 'gone'>

  constructor(options: CompanionOptions) {
    this.#options = options
    this.#whenSettled = new Promise((resolve) => (this.#settled = resolve))
  }

  start(run: RunInfo): void {
    if (!run.dir) return
    const {
      callbacks,
      callbackTimeout,
      from,
      loaders,
      spawn = spawnBackground,
      startTimeout = START_TIMEOUT,
    } = this.#options
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
    const care = careOf(run.dir, order.from)
    this.#locked = care !== undefined
    try {
      this.#spawned?.dismiss()
      // From its first moment: somebody who finds the training dead must see that the run is taken care of.
      this.#spawned = spawn(run.dir, loaders, care?.fd)
      const { background } = this.#spawned
      this.#process = background
      if (background.pid) this.#mark(order, identityOf(background.pid))
      care?.handOver()
      createInterface({ input: background.stdout }).on('line', (line) => this.#hear(newsIn(line), background))
      background.on('error', (error) => this.#failed(background, run, order, error.message))
      // What it has said is read first: a callback that ends it must not be taken in here.
      background.on('exit', (code, signal) =>
        setImmediate(() => this.#fell(background, run, order, `it ended with ${signal ?? code}`)),
      )
      // Its death is noticed by its exit; a broken pipe is no news.
      background.stdin.on('error', () => {})
      say(background, order)
      if (this.#farewell) say(background, this.#farewell)
      unref(background.stdin)
      unref(background.stdout)
      const why = `it was not up within ${startTimeout / 1_000} s`
      // Here, too, as after a loop that did not yield.
      const late = (): unknown => setImmediate(() => this.#failed(background, run, order, why))
      this.#overdue = setTimeout(late, startTimeout).unref()
    } catch (error) {
      care?.release()
      this.#hearHere(order, describeError(error))
    }
  }

  #mark({ dir, from, training }: Order, background?: ProcessIdentity): void {
    markRunning(dir, { training, from, locked: this.#locked, ...(background && { background }) })
  }

  /** Says how the run ended, at once, and waits until everybody has heard it. */
  async wait({ endTime: time, state, error, cause, duration, steps, lastStep, losses }: Outcome): Promise<void> {
    this.#farewell = { type: 'finish', time, state, error, cause, duration, steps, lastStep, losses }
    if (this.#done || !(this.#process || this.#standIn)) return
    // The journal says it, too, but its disk may have refused it.
    if (this.#process) say(this.#process, this.#farewell)
    this.#standIn?.say(this.#farewell)
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
    this.#letGo()
  }

  #hear(news: News | undefined, from?: BackgroundProcess): void {
    const { report, run } = this.#options
    if (!news || this.#done) return
    if (news.type === 'up') return this.#isUp(from)
    if (news.type === 'report') return report(news.level, news.message)
    if (news.type === 'alert') return this.#raise(news.alert)
    run.count(news.callbacks)
    if (news.type === 'awaited') return void (this.#awaited = news)
    for (const { level, message } of deliveryReport(news.deliveries)) report(level, message)
    this.#done = true
    this.#settled('settled')
  }

  /** Checked once more: callbacks can print what looks like it. */
  #raise(raised: Alert): void {
    const { id, time } = raised
    const alert = alertOf(raised, time)
    if (typeof id !== 'string' || id.length > LONGEST_ID || !Number.isFinite(time) || typeof alert === 'string') return
    this.#options.run.raise(Object.freeze({ ...alert, id }))
  }

  #isUp(which: BackgroundProcess | undefined): void {
    clearTimeout(this.#overdue)
    this.#up = which
  }

  #letGo(): void {
    clearTimeout(this.#overdue)
    this.#process?.stdin.end()
    this.#process?.stdout.destroy()
  }

  /** It cannot be had, or hangs before it has begun. Another one would fare no better. */
  #failed(which: BackgroundProcess, run: RunInfo, order: Order, why: string): void {
    if (this.#done || which !== this.#process || which === this.#up) return
    this.#starts = MAX_STARTS
    this.#fell(which, run, order, why)
    which.kill('SIGKILL')
  }

  /** None of the callbacks' code has run yet, so it is not their fault: they hear the run from here. */
  #hearHere(order: Order, why: string): void {
    const { report, callbacks } = this.#options
    this.#process = undefined
    this.#dismissWitness()
    // If this process is killed, the next one finds what is owed.
    this.#mark(order)
    const consequence =
      callbacks.length === 0
        ? ''
        : `; ${this.#names()}: in the training process. If that crashes, nothing is sent before the next init in the same logdir`
    report('warn', `No background process could be started (${why})${consequence}.`)
    this.#standIn = new StandIn(
      order,
      (news) => this.#hear(news),
      report,
      () => this.#settled('gone'),
    )
    if (this.#farewell) this.#standIn.say(this.#farewell)
  }

  #dismissWitness(): void {
    this.#spawned?.dismiss()
    this.#hurry?.()
  }

  /** The background process is gone. While it was needed, another one hears the run from its beginning. */
  #fell(which: BackgroundProcess, run: RunInfo, order: Order, why: string): void {
    if (this.#done || which !== this.#process) return
    const { report } = this.#options
    clearTimeout(this.#overdue)
    if (this.#starts < MAX_STARTS) {
      report('warn', `The background process is gone (${why}); starting it again.`)
      return this.start(run)
    }
    this.#letGo()
    if (!this.#up) return this.#hearHere(order, why)
    this.#done = true
    this.#dismissWitness()
    report(
      'error',
      `The background process is gone again (${why}); ${this.#names()} will not hear this run before the next init in the same logdir.`,
    )
    this.#settled('gone')
  }

  /** The time is up. What is done is reported, and what is not goes on without us. */
  #leave(): void {
    const { report, finishTimeout } = this.#options
    const names = this.#awaited?.names ?? []
    const others = this.#awaited?.deliveries.filter(({ channel }) => !names.includes(channel)) ?? []
    for (const { level, message } of deliveryReport(others)) report(level, message)
    const rest = this.#standIn
      ? 'what is left waits for the next init in the same logdir'
      : 'the background process goes on by itself'
    this.#standIn?.stop()
    report('warn', `Not done within ${finishTimeout / 1_000} s: ${this.#names()}; ${rest}.`)
  }

  /** Who is still at work on the end. */
  #names(): string {
    return (this.#awaited?.names ?? this.#options.callbacks.map(({ name }) => name)).join(', ')
  }
}

/** A lock that can be handed on; absent where process numbers have to do. */
function careOf(dir: string, from: number): TakenLock | undefined {
  // Windows keeps locks by process.
  if (process.platform === 'win32') return undefined
  try {
    const lock = takeCare(dir, from)
    if (!lock.taken) return undefined
    if (lock.weak === undefined) return lock
    lock.release()
  } catch {
    // A disk that has become read-only.
  }
  return undefined
}

function say({ stdin }: BackgroundProcess, what: Order | Farewell): void {
  if (stdin.writable) stdin.write(`${JSON.stringify(what)}\n`)
}
