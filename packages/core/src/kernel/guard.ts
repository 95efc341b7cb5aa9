import type { Callback } from '../contract/callback.ts'
import type { Moment } from '../contract/moments.ts'
import { SwanLabError } from '../contract/error.ts'
import type { CallbackReport } from '../contract/payloads.ts'
import type { Report } from '../contract/report.ts'
import type { Contexts } from './contexts.ts'
import { enter, enterSync, labelOf, leave, leaveSync, stay, within, type ActiveListener } from './current-callback.ts'
import { isThenable, withDeadline } from './deadline.ts'
import { BREAKER_LIMIT, GuardedCallback } from './guarded-callback.ts'

/** What no listener is ever called with. */
const NOTHING: unique symbol = Symbol('nothing')

export interface GuardOptions {
  readonly report: Report
  /** Default deadline of asynchronous moments, in milliseconds. */
  readonly timeout: number
  /** What callbacks act through. Absent: they cannot. */
  readonly contexts?: Contexts | undefined
  /**
   * True: also timers and promises that synchronous listeners leave behind are known to be theirs. It costs each call
   * some 100 ns, and every promise of the process. Default: false.
   */
  readonly tracksAll?: boolean | undefined
  /**
   * False: what `onInit` and `onOpen` throw is reported like everything else, as the run has long begun. Default: true:
   * it keeps the run from starting.
   */
  readonly rethrows?: boolean | undefined
}

/**
 * Keeps callbacks from hurting the training and each other: whatever one of them throws, rejects or never answers is
 * reported under its name, once a kind, and stops there.
 */
export class Guard {
  readonly #members = new Map<string, GuardedCallback>()
  readonly #unfinished = new Set<string>()
  readonly #options: GuardOptions
  readonly #rethrows: boolean
  /** What is being dispatched although recorders have had it, and others since. */
  recorded: unknown = NOTHING

  constructor(options: GuardOptions) {
    this.#options = options
    this.#rethrows = options.rethrows ?? true
    if (options.tracksAll) stay()
  }

  /** Nothing more comes: what callbacks left behind is tracked no longer. */
  close(): void {
    if (this.#options.tracksAll) leave()
  }

  /** Counts what a callback did in another process, or could not do because it cannot be had at all. */
  count(report: CallbackReport): void {
    this.#member(report.name).count(report)
  }

  /** @throws SwanLabError `INVALID_CALLBACK` when the name is taken. */
  enroll(callback: Callback): void {
    const { name } = callback
    if (this.#members.has(name))
      throw new SwanLabError(
        'INVALID_CALLBACK',
        `Two callbacks are named "${name}"; names are unique within a run. Give one of them another "name".`,
      )
    this.#add(callback)
  }

  /** The callback and moment, as "name (moment)", that the code which asks belongs to. */
  get currentListener(): string | undefined {
    return labelOf(this)
  }

  /** Has `onInit` or `onOpen` of this callback succeeded? */
  hasStarted(name: string): boolean {
    return this.#members.get(name)?.started === true
  }

  /** Is it optional, and has it failed in `onInit`? Then it is not asked again. */
  hasDeclined(name: string): boolean {
    const { optional, started, failures } = this.#member(name)
    return optional && !started && failures > 0
  }

  reports(): readonly CallbackReport[] {
    return Array.from(this.#members.values(), ({ name, failures, off }) =>
      Object.freeze({ name, failures, disabled: off }),
    )
  }

  /** Asynchronous moments that have been entered and not left, as "name (moment)". */
  unfinished(): readonly string[] {
    return [...this.#unfinished]
  }

  /** Something of a callback failed outside its moments, such as work that it had asked to be waited for. */
  failed(name: string, where: string, error: unknown): void {
    this.#member(name).failed(where, error)
  }

  /** Wraps a listener of a synchronous moment. The result passes each payload on once, and never throws. */
  sync<T>(name: string, moment: Moment, listener: (payload: T) => unknown): (payload: T) => void {
    const member = this.#member(name)
    const active = this.#active(name, moment)
    const call = this.#options.tracksAll ? (payload: T): unknown => within(active, () => listener(payload)) : listener
    let latest: T | typeof NOTHING = NOTHING
    let streak = 0
    const succeeded = (): void => {
      streak = 0
    }
    const failed = (error: unknown): void => {
      member.failed(moment, error)
      if (++streak >= BREAKER_LIMIT) member.switchOff(moment)
    }
    return (payload) => {
      if (latest === payload || member.off || (member.immediate && this.recorded === payload)) return
      latest = payload
      const outer = enterSync(active)
      try {
        const answer = call(payload)
        // An async function type-checks here, and its rejection would end the process.
        if (answer !== undefined && isThenable(answer)) answer.then(succeeded, failed)
        else streak = 0
      } catch (error) {
        failed(error)
      }
      leaveSync(outer)
    }
  }

  /** Wraps a listener whose failure keeps the run from starting. @throws SwanLabError unless it is optional. */
  syncOrThrow<T, R>(name: string, moment: Moment, listener: (payload: T) => R): (payload: T) => R | undefined {
    const member = this.#member(name)
    const active = this.#active(name, moment)
    return (payload) => {
      const outer = enterSync(active)
      try {
        const answer = listener(payload)
        member.started = true
        return answer
      } catch (error) {
        if (this.#rethrows) member.refused(moment, error)
        member.failed(moment, error)
        return undefined
      } finally {
        leaveSync(outer)
      }
    }
  }

  /** Wraps a listener of an awaited moment: bounded in time, and never rejecting, except for `onInit`. */
  awaited<T, R>(
    name: string,
    moment: Moment,
    listener: (payload: T) => R | PromiseLike<R>,
  ): (payload: T) => Promise<R | undefined> {
    const member = this.#member(name)
    const active = this.#active(name, moment)
    const call = async (payload: T): Promise<R | undefined> => {
      try {
        let answer = enter(active, () => listener(payload))
        if (isThenable(answer)) {
          if (!member.host) this.#unfinished.add(active.label)
          answer = await withDeadline(answer, member.timeout)
        }
        if (moment === 'onInit') member.started = true
        return answer
      } catch (error) {
        if (moment === 'onInit' && this.#rethrows) member.refused(moment, error)
        member.failed(moment, error)
        return undefined
      } finally {
        this.#unfinished.delete(active.label)
        leave()
      }
    }
    let latest: T | typeof NOTHING = NOTHING
    let answered: Promise<R | undefined> = Promise.resolve(undefined)
    return (payload) => {
      // The endings reach even a callback that was switched off: it may hold a file, or the only message that matters.
      // Each comes once: recorders have been called at once, and a process that is about to exit has called the others.
      if (latest !== payload) {
        latest = payload
        answered = call(payload)
      }
      return answered
    }
  }

  #add(callback: Callback): GuardedCallback {
    const { timeout, report } = this.#options
    const member = new GuardedCallback(callback, timeout, report)
    this.#members.set(callback.name, member)
    return member
  }

  #active(name: string, moment: Moment): ActiveListener {
    return { owner: this, label: `${name} (${moment})`, actions: this.#options.contexts?.actionsOf(name) }
  }

  /** Taps made on `run.hooks` directly have a name, and no callback behind it. */
  #member(name: string): GuardedCallback {
    return this.#members.get(name) ?? this.#add({ name })
  }
}
