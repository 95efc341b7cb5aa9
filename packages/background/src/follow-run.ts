import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type CallbackSet, type Ending, Occurrences, Outbox, type Outcome, type Report } from '@swanlab/core/internal'
import {
  appendRecords,
  drive,
  Driver,
  type FinishRecord,
  JOURNAL_FILE,
  JournalCursor,
  type JournalRecord,
  settleSession,
} from '@swanlab/journal/internal'
import { acknowledge } from './acks.ts'
import { awaitAll } from './await-all.ts'
import { DeathWatch } from './death.ts'
import { ExitStatusPipe, inheritedExitStatus } from './exit-status-pipe.ts'
import { FileWatcher } from './file-watcher.ts'
import { finishRecord } from './finish-record.ts'
import { HeapSampler } from './heap-sampler.ts'
import { InterruptibleSleep } from './interruptible-sleep.ts'
import type { IpcChannel } from './ipc-channel.ts'
import { MAX_LOGGED, type FollowOrder } from './ipc-messages.ts'
import { messageRedactor } from './message-redactor.ts'
import { OutboxFiles } from './outbox-files.ts'
import { RaisedAlerts } from './raised-alerts.ts'
import { rebuildCallbacks } from './rebuild-callbacks.ts'
import { withLease } from './with-lease.ts'

/** How long the exit watcher's status of the training is waited for, and work that was asked to stop: ms. */
export const GRACE = 2_000
/** How often the training is asked meanwhile whether it has let go, in milliseconds. */
const POLL = 50
/** How long after the end of a run its messages are tried, in milliseconds. */
export const DELIVERY_BUDGET = 3_600_000
/** The same for work that callbacks asked to be waited for: one with a budget of its own can say how it came out. */
export const WORK_BUDGET: number = DELIVERY_BUDGET + 60_000

/** What comes from the training, and how messages get there. */
export type Channel = Pick<IpcChannel, 'closed' | 'end' | 'onInput' | 'ready' | 'send'>

/**
 * Drives the resident callbacks of one run while it is recorded, explains its death if it dies, and stays until its
 * messages are delivered and its callbacks' work is done, or their time is over.
 *
 * @param here - Inside the training itself. It is not kept alive then, and as nobody is left to try again after it,
 *   `settled` is sent after every attempt.
 */
export async function followRun(
  order: FollowOrder,
  channel: Channel,
  report: Report,
  stop: AbortSignal,
  here = false,
): Promise<void> {
  await new Follower(order, channel, report, stop, here).run()
}

class Follower {
  readonly #order: FollowOrder
  readonly #channel: Channel
  readonly #report: Report
  readonly #stop: AbortSignal
  readonly #here: boolean
  readonly #outbox: Outbox
  readonly #raised: RaisedAlerts
  readonly #cursor: JournalCursor
  readonly #sleep: InterruptibleSleep
  readonly #watcher: FileWatcher
  readonly #logged = new Occurrences()
  #logs = 0
  /** Callbacks for which it has been reported that what they log is not recorded. */
  readonly #unrecorded = new Set<string>()

  constructor(order: FollowOrder, channel: Channel, report: Report, stop: AbortSignal, here: boolean) {
    this.#order = order
    this.#channel = channel
    this.#report = report
    this.#stop = stop
    this.#here = here
    this.#outbox = new Outbox({
      store: new OutboxFiles(order.dir),
      part: String(order.from),
      budget: DELIVERY_BUDGET,
      report,
      redact: messageRedactor(order.redact),
      holds: !here,
    })
    this.#raised = new RaisedAlerts((alert, name) => channel.send({ type: 'alert', name, alert }))
    const path = join(order.dir, JOURNAL_FILE)
    this.#cursor = new JournalCursor(path)
    this.#sleep = new InterruptibleSleep(!here)
    this.#watcher = new FileWatcher(path, this.#sleep)
  }

  async run(): Promise<void> {
    const { training, heapLimit, dir, from, callbacks: residents } = this.#order
    const death = new DeathWatch(training)
    const exitStatus = this.#here ? new ExitStatusPipe(undefined) : inheritedExitStatus()
    const heap = new HeapSampler(training.pid, heapLimit)
    const halt = new AbortController()
    const callbacks = await this.#rebuild(halt.signal)
    const driver = this.#driverOf(callbacks)
    this.#channel.onInput(() => this.#sleep.now())
    this.#stop.addEventListener('abort', () => this.#sleep.now())
    const outcome =
      (await this.#follow(driver)) ??
      (this.#stop.aborted
        ? undefined
        : await this.#conclude(driver, async () =>
            death.explain({ status: await exitStatus.status(GRACE), hidden: heap.hidden, heap: heap.last() }),
          ))
    heap.stop()
    exitStatus.close()
    if (!outcome) {
      // Asked to stop while the training lives on: nothing more can be known, and what is known is on disk.
      this.#outbox.stop()
      halt.abort()
      this.#watcher.stop()
      // An attempt that has begun is brought to its end: cut off, its message would be sent twice.
      await this.#outbox.settled()
      await callbacks.pending.settled(GRACE, undefined, !this.#here)
      return this.#close(callbacks)
    }
    this.#outbox.runEnded()
    acknowledge(
      dir,
      from,
      residents.map(({ name }) => name),
    )
    onAbort(this.#stop, () => {
      this.#outbox.stop()
      halt.abort()
    })
    await this.#finishWork(callbacks, halt)
    this.#channel.send({
      type: 'settled',
      state: outcome.state,
      callbacks: callbacks.guard.reports(),
      deliveries: this.#outbox.deliveries(),
    })
    await this.#recordRest()
    this.#watcher.stop()
    await this.#outbox.settled()
    this.#close(callbacks)
    if (this.#outbox.deliveries().every(({ state }) => state !== 'waiting')) settleSession(dir, from)
  }

  #rebuild(signal: AbortSignal): Promise<CallbackSet> {
    const { callbacks, callbackTimeout: timeout, redact, redelivered } = this.#order
    const report = this.#report
    return rebuildCallbacks({
      callbacks,
      timeout,
      redact,
      outbox: this.#outbox,
      report,
      // The background process keeps its own messages to its log file. What callbacks say is meant for the user.
      say: (level, message) => {
        report(level, message)
        if (!this.#here && (level === 'info' || level === 'debug'))
          this.#channel.send({ type: 'report', level, message })
      },
      redelivered,
      signal,
    })
  }

  #driverOf(callbacks: CallbackSet): Driver {
    return new Driver({
      callbacks,
      report: this.#report,
      dir: this.#order.dir,
      act: {
        raise: (alert, name) => this.#raised.raise(alert, name),
        log: (data, step, name) => this.#log(data, step, name),
        requestStop: (reason, name) => this.#channel.send({ type: 'stop', name, reason }),
      },
      onRecorded: (id) => this.#raised.recorded(id),
    })
  }

  /** The training records it while it lives: nobody else can say which step is next. */
  #log(data: Readonly<Record<string, number>>, step: number | undefined, name: string): void {
    // Counted also when it is not sent, so that the next one gets the same.
    const id = this.#logs++ < MAX_LOGGED ? this.#logged.id(JSON.stringify([name, step, data])) : undefined
    if (this.#channel.ready) return this.#channel.send({ type: 'log', name, data, step, id })
    if (this.#unrecorded.has(name)) return
    this.#unrecorded.add(name)
    const why = this.#channel.closed ? 'the training is gone' : 'the training is too busy to take more of it'
    this.#report('warn', `What callback "${name}" logs is not recorded: ${why}.`)
  }

  /** Feeds records as they come. @returns the outcome, when the training wrote one. */
  async #follow(driver: Driver): Promise<Outcome | undefined> {
    for (;;) {
      // Asked before reading: what was written before the training recorded the end of the run, or died, is read after it.
      const enough = this.#channel.closed || this.#stop.aborted
      const { end } = this.#channel
      const before = this.#cursor.position
      const outcome = await this.#readOn(driver)
      if (outcome) return outcome
      if (end) {
        this.#write([end])
        await driver.feed(end)
        return driver.outcome
      }
      if (enough) return undefined
      await this.#watcher.next(this.#cursor.position > before)
    }
  }

  /** Feeds what there is. */
  async #readOn(driver: Driver): Promise<Outcome | undefined> {
    const restoring = (): boolean => this.#cursor.offset < this.#order.from
    await drive(driver, this.#cursor.read(), { restoring, untilEnd: true })
    return driver.outcome
  }

  /** The training is gone and did not say how it ended: finds out, records it, notifies the callbacks. */
  async #conclude(driver: Driver, explain: () => Promise<Ending>): Promise<Outcome | undefined> {
    const finished = await this.#readOn(driver)
    if (finished) return finished
    for (const record of this.#cursor.end()) await driver.feed(record)
    if (driver.outcome) return driver.outcome
    const time = driver.lastTime + sinceLastWrite(this.#order.dir)
    const ending = await explain()
    const ended = await withLease(this.#order.dir, async (mayWrite) => {
      // Whoever continues the run has ended this session, and what follows in the journal is theirs.
      const already = await this.#readOn(driver)
      if (!already && mayWrite) this.#write([...this.#raised.take(), finishRecord(driver, ending, time)])
      return already
    })
    if (ended) return ended
    return driver.end(ending, time)
  }

  /** Waits for messages and work, each by itself: a message does not wait for an upload. */
  async #finishWork({ guard, pending }: CallbackSet, halt: AbortController): Promise<void> {
    const outbox = this.#outbox
    const work = (name: string): Promise<readonly string[]> => pending.settled(WORK_BUDGET, name, !this.#here)
    const messages = this.#here ? outbox.busy() : outbox.untried()
    const works = [
      ...messages.map((name) => ({
        name,
        done: (this.#here ? outbox.settled(name) : outbox.tried(name)).then((): readonly string[] => []),
      })),
      ...pending.names.map((name) => ({ name, done: work(name) })),
    ]
    const late = await awaitAll(works, (names) =>
      this.#channel.send({ type: 'awaited', names, callbacks: guard.reports(), deliveries: outbox.deliveries() }),
    )
    const names = late.flat()
    if (names.length === 0) return
    this.#report('warn', `Not done within ${WORK_BUDGET / 60_000} min of the end: ${names.join(', ')}.`)
    halt.abort()
    await pending.settled(GRACE, undefined, !this.#here)
  }

  /**
   * Alerts that the training has not recorded when the run is over: those raised in the last moments, or while a loop
   * that never yielded went on to `process.exit`. As long as it holds the channel they are its own to record.
   */
  async #recordRest(): Promise<void> {
    const raised = this.#raised
    for (let waited = 0; raised.size > 0 && !this.#channel.closed && waited < GRACE; waited += POLL)
      await this.#sleep.next(POLL)
    if (raised.size === 0 || !this.#channel.closed) return
    await withLease(this.#order.dir, (mayWrite) => {
      for (const record of this.#cursor.read()) {
        if (record.type === 'alert' && record.id !== undefined) raised.recorded(record.id)
        // Somebody continues the run, and its journal.
        if (record.type === 'resume') return
      }
      if (mayWrite) this.#write(raised.take())
    })
  }

  #write(records: readonly (FinishRecord | Extract<JournalRecord, { type: 'alert' }>)[]): void {
    try {
      appendRecords(join(this.#order.dir, JOURNAL_FILE), records)
    } catch {
      // A full or read-only disk, or a deleted journal: the callbacks are notified of the end all the same.
    }
  }

  #close(callbacks: CallbackSet): void {
    this.#cursor.close()
    callbacks.close()
  }
}

/** Calls `what` when the signal aborts, or at once when it has. */
export function onAbort(signal: AbortSignal, what: () => void): void {
  if (signal.aborted) what()
  else signal.addEventListener('abort', what)
}

/** How long a training that has just died had been silent, in milliseconds. Its own clock may be anything. */
function sinceLastWrite(dir: string): number {
  try {
    return Math.max(0, Math.round(Date.now() - statSync(join(dir, JOURNAL_FILE)).mtimeMs))
  } catch {
    // Deleted.
    return 0
  }
}
