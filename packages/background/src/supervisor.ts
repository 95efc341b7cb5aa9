import { createInterface } from 'node:readline'
import { getHeapStatistics } from 'node:v8'
import {
  deliveryReport,
  describeError,
  type HostActions,
  type Outcome,
  parseAlert,
  type Report,
  type RunInfo,
} from '@swanlab/core/internal'
import {
  finishRecordOf,
  identityOf,
  markRunning,
  type ProcessIdentity,
  takeSessionLock,
  type TakenLock,
  thisProcess,
} from '@swanlab/journal/internal'
import { workingDirectory } from './environment.ts'
import { slowDownDeath } from './exit-watcher.ts'
import { fallbackReports, type FallbackReports } from './fallback-reports.ts'
import { InProcessFallback } from './in-process-fallback.ts'
import {
  MAX_LOGGED,
  type EndMessage,
  type FollowOrder,
  type IpcMessage,
  type ResidentCallback,
} from './ipc-messages.ts'
import { parseMessage } from './ipc-parse.ts'
import { MAX_PROCESSES, ProcessSlot } from './process-slot.ts'
import { spawnBackground, type BackgroundProcess, type Spawned } from './spawn.ts'
import { unref } from './unref.ts'
import { reportWaiting } from './report-waiting.ts'

/** Background processes that may die under one run before it goes on without. */
const MAX_STARTS = 2
/** How long one may take to be up, in milliseconds: without threads to spare, Node hangs before it has begun. */
const START_TIMEOUT = 20_000
/** How long callbacks may block the background process, at least, in milliseconds. */
const BLOCKED_LIMIT = 60_000
/** Of an id, in characters. */
const LONGEST_ID = 64

export interface SupervisorOptions {
  readonly callbacks: readonly ResidentCallback[]
  /** Where the background process is to work. Default: where this process works now. */
  readonly cwd?: string
  /** Arguments of Node by which they can be imported. Default: none. */
  readonly loaders?: readonly string[]
  readonly callbackTimeout: number
  /** How long the end of the run waits for the background process, in milliseconds. */
  readonly finishTimeout: number
  /**
   * How long callbacks may block the background process before it is killed, in milliseconds. Default: 60,000, or twice
   * `callbackTimeout`.
   */
  readonly blockedLimit?: number
  /** Where the session begins in its journal, in bytes. */
  readonly from: () => number
  /** Does in the run what the callbacks ask for. The same alert may come twice. */
  readonly act: HostActions
  readonly report: Report
  /** Does somebody watch the terminal? Default: as of standard error. */
  readonly terminal?: boolean
  /** Default: starts the real one. */
  readonly spawn?: typeof spawnBackground
  /** How long it may take to be up, in milliseconds. Default: 20,000. */
  readonly startTimeout?: number
  /** Default: those of this program. */
  readonly fallbackReports?: FallbackReports
}

/** The training's end of the two pipes: starts the background process, and another one when it dies; waits for it. */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #fallbackReports: FallbackReports
  readonly #names: ReadonlySet<string>
  readonly #cwd: string
  readonly #logged = new Set<string>()
  #process: BackgroundProcess | undefined
  #spawned: Spawned | undefined
  #fallback: InProcessFallback | undefined
  #overdue: NodeJS.Timeout | undefined
  #hurry: (() => void) | undefined
  #end: EndMessage | undefined
  #awaited: Extract<IpcMessage, { type: 'awaited' }> | undefined
  #starts = 0
  readonly #slot = new ProcessSlot()
  #placed: RunInfo['callbacks'] | undefined
  /** The last one that was up. */
  #up: BackgroundProcess | undefined
  /** Locks of the kernel say who owns the run. */
  #locked = false
  #done = false
  #settled: (how: 'settled' | 'gone') => void = () => {}
  readonly #whenSettled: Promise<'settled' | 'gone'>

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#fallbackReports = options.fallbackReports ?? fallbackReports
    this.#cwd = options.cwd ?? workingDirectory()
    this.#names = new Set(options.callbacks.map(({ name }) => name))
    this.#whenSettled = new Promise((resolve) => (this.#settled = resolve))
  }

  start(run: RunInfo): void {
    if (!run.dir) return
    this.#placed ??= run.callbacks
    const { loaders, spawn = spawnBackground, startTimeout = START_TIMEOUT } = this.#options
    this.#starts++
    const order = this.#orderFor(run.dir)
    if (!this.#slot.take()) return this.#followHere(order, `${MAX_PROCESSES} follow other runs of this program`)
    // Older than what the exit watcher holds on to.
    this.#hurry ??= slowDownDeath()
    const sessionLock = sessionLockOf(run.dir, order.from)
    this.#locked = sessionLock !== undefined
    try {
      this.#spawned?.dismiss()
      // From its first moment: somebody who finds the training dead must see that the run has an owner.
      this.#spawned = spawn(run.dir, this.#cwd, loaders, sessionLock?.fd)
      const { background } = this.#spawned
      this.#process = background
      this.#mark(order, background.pid ? identityOf(background.pid) : thisProcess())
      sessionLock?.handOver()
      createInterface({ input: background.stdout }).on('line', (line) => this.#receive(parseMessage(line), background))
      background.on('error', (error) => this.#failed(background, run, order, error.message))
      // What it has sent is read first: a callback that ends it must not be taken in here.
      background.on('exit', (code, signal) =>
        setImmediate(() => this.#died(background, run, order, `it ended with ${signal ?? code}`)),
      )
      // Its death is noticed by its exit; a broken pipe adds nothing.
      background.stdin.on('error', () => {})
      send(background, order)
      if (this.#end) send(background, this.#end)
      unref(background.stdin)
      unref(background.stdout)
      const why = `it was not up within ${startTimeout / 1_000} s`
      // Here, too, as after a loop that did not yield.
      const late = (): unknown => setImmediate(() => this.#failed(background, run, order, why))
      this.#overdue = setTimeout(late, startTimeout).unref()
    } catch (error) {
      sessionLock?.release()
      this.#followHere(order, describeError(error))
    }
  }

  /** Says how the run ended, at once, and waits until every callback has been notified. */
  async wait(outcome: Outcome): Promise<void> {
    this.#end = finishRecordOf(outcome, this.#placed)
    if (!this.#process && !this.#fallback) return this.#slot.release()
    // They may have read it in the journal, and be done with it.
    if (!this.#done) await this.#waitForEnd(this.#end)
    this.#dismissWatcher()
    this.#letGo()
    if (this.#fallback) this.#fallbackReports.ended(this.#options.report)
  }

  async #waitForEnd(end: EndMessage): Promise<void> {
    // The journal says it, too, but its disk may have refused it.
    if (this.#process) send(this.#process, end)
    this.#fallback?.end(end)
    const { finishTimeout, report, terminal = process.stderr.isTTY } = this.#options
    const stopReporting = reportWaiting({ report, terminal, awaited: () => this.#atWork() })
    let deadline: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => (deadline = setTimeout(() => resolve('late'), finishTimeout)))
    const how = await Promise.race([this.#whenSettled, late])
    stopReporting()
    clearTimeout(deadline)
    this.#done = true
    if (how === 'late') this.#leave()
  }

  #orderFor(dir: string): FollowOrder {
    const { callbacks, callbackTimeout, from, act } = this.#options
    const { blockedLimit = Math.max(BLOCKED_LIMIT, 2 * callbackTimeout) } = this.#options
    return {
      dir,
      cwd: this.#cwd,
      from: from(),
      callbacks,
      callbackTimeout,
      redact: act.redactRules(),
      blockedLimit,
      training: thisProcess(),
      heapLimit: getHeapStatistics().heap_size_limit,
      redelivered: this.#starts > 1,
    }
  }

  /** @param background - The process that follows the run, and reports when nothing of it is left to do. */
  #mark({ dir, from, training }: FollowOrder, background: ProcessIdentity): void {
    markRunning(dir, { training, from, locked: this.#locked, background })
  }

  #receive(message: IpcMessage | undefined, from?: BackgroundProcess): void {
    const { report, act } = this.#options
    if (!message || this.#done) return
    switch (message.type) {
      case 'up':
        return this.#isUp(from)
      case 'report':
        return report(message.level, message.message)
      case 'alert':
      case 'log':
      case 'stop':
        return this.#act(message)
      case 'awaited':
        this.#awaited = message
        message.callbacks.forEach((one) => act.count(one))
        return
      case 'settled':
        message.callbacks.forEach((one) => act.count(one))
        for (const { level, message: line } of deliveryReport(message.deliveries)) report(level, line)
        this.#done = true
        this.#settled('settled')
    }
  }

  /** Checked once more: callbacks can print what looks like a message. */
  #act(message: Extract<IpcMessage, { type: 'alert' | 'log' | 'stop' }>): void {
    const { act } = this.#options
    const { name } = message
    if (!this.#names.has(name)) return
    if (message.type === 'log') {
      if (this.#isNew(message.id)) act.log(message.data as Record<string, number>, message.step, name)
      return
    }
    if (message.type === 'stop') return act.requestStop(message.reason, name)
    const { id, time } = message.alert
    const alert = parseAlert(message.alert, time)
    if (typeof id !== 'string' || id.length > LONGEST_ID || !Number.isFinite(time) || typeof alert === 'string') return
    act.raise(Object.freeze({ ...alert, id }), name)
  }

  /** Another background process has callbacks do once more what they did before. */
  #isNew(id: unknown): boolean {
    if (typeof id !== 'string' || id.length > LONGEST_ID) return true
    if (this.#logged.has(id)) return false
    if (this.#logged.size < MAX_LOGGED) this.#logged.add(id)
    return true
  }

  #isUp(which: BackgroundProcess | undefined): void {
    clearTimeout(this.#overdue)
    this.#up = which
  }

  #letGo(): void {
    this.#slot.release()
    clearTimeout(this.#overdue)
    this.#process?.stdin.end()
    this.#process?.stdout.destroy()
  }

  /** It cannot be had, or hangs before it has begun. Another one would fare no better. */
  #failed(which: BackgroundProcess, run: RunInfo, order: FollowOrder, why: string): void {
    if (this.#done || which !== this.#process || which === this.#up) return
    this.#starts = MAX_STARTS
    this.#died(which, run, order, why)
    which.kill('SIGKILL')
  }

  /** None of the callbacks' code has run yet, so it is not their fault: they are driven from here. */
  #followHere(order: FollowOrder, why: string): void {
    const { report, callbacks, act } = this.#options
    this.#process = undefined
    this.#slot.release()
    this.#dismissWatcher()
    // This process follows the run itself. If it is killed, the next one finds what is left to do.
    this.#mark(order, order.training)
    const consequence =
      callbacks.length === 0
        ? ''
        : `; ${this.#atWork()}: in the training process. If that crashes, nothing is sent before the next init in the same logdir`
    const reason = `no background process could be started (${why})`
    for (const { name } of callbacks) act.fallBack(reason, name)
    this.#fallbackReports.began(why, `N${reason.slice(1)}${consequence}.`, report)
    this.#fallback = new InProcessFallback(
      order,
      (message) => this.#receive(message),
      report,
      () => this.#settled('gone'),
    )
    if (this.#end) this.#fallback.end(this.#end)
  }

  #dismissWatcher(): void {
    this.#spawned?.dismiss()
    this.#hurry?.()
  }

  /** The background process is gone. While it was needed, another one follows the run from its beginning. */
  #died(which: BackgroundProcess, run: RunInfo, order: FollowOrder, why: string): void {
    if (this.#done || which !== this.#process) return
    const { report, act } = this.#options
    clearTimeout(this.#overdue)
    if (this.#starts < MAX_STARTS) {
      report('warn', `The background process is gone (${why}); starting it again.`)
      return this.start(run)
    }
    this.#letGo()
    if (!this.#up) return this.#followHere(order, why)
    this.#done = true
    this.#dismissWatcher()
    for (const name of this.#awaited?.names ?? this.#names) act.count({ name, failures: 1, disabled: true })
    report(
      'error',
      `The background process is gone again (${why}); ${this.#atWork()} will not be notified of this run before the next init in the same logdir.`,
    )
    this.#settled('gone')
  }

  /** The time is up. What is done is reported, and what is not goes on without us. */
  #leave(): void {
    const { report, finishTimeout } = this.#options
    const names = this.#awaited?.names ?? []
    const others = this.#awaited?.deliveries.filter(({ channel }) => !names.includes(channel)) ?? []
    for (const { level, message } of deliveryReport(others)) report(level, message)
    const rest = this.#fallback
      ? 'what is left waits for the next init in the same logdir'
      : 'the background process goes on by itself'
    this.#fallback?.stop()
    report('warn', `Not done within ${finishTimeout / 1_000} s: ${this.#atWork()}; ${rest}.`)
  }

  /** Who is still at work on the end. */
  #atWork(): string {
    return (this.#awaited?.names ?? [...this.#names]).join(', ')
  }
}

/** A lock that can be handed on; absent where process numbers have to do. */
function sessionLockOf(dir: string, from: number): TakenLock | undefined {
  // Windows keeps locks by process.
  if (process.platform === 'win32') return undefined
  try {
    const lock = takeSessionLock(dir, from)
    if (!lock.taken) return undefined
    if (lock.weak === undefined) return lock
    lock.release()
  } catch {
    // A disk that has become read-only.
  }
  return undefined
}

function send({ stdin }: BackgroundProcess, what: FollowOrder | EndMessage): void {
  if (stdin.writable) stdin.write(`${JSON.stringify(what)}\n`)
}
