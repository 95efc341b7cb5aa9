import type { Callback } from '../contract/callback.ts'
import type { Moment } from '../contract/moments.ts'
import { SwanLabError, type SwanLabErrorCode } from '../contract/error.ts'
import type { CallbackReport } from '../contract/payloads.ts'
import type { Report } from '../contract/report.ts'
import type { Contexts } from './contexts.ts'
import { enter, enterSync, labelOf, leave, leaveSync, stay, within, type ActiveListener } from './current-callback.ts'
import { isThenable, withDeadline } from './deadline.ts'
import { describeError, errorInfo } from '../text/thrown.ts'

/** Failures in a row, in one moment of one callback, after which it is switched off. */
export const BREAKER_LIMIT = 5
/** Kinds of failure of one callback that are distinguished; beyond these they are only counted. */
const MAX_KINDS = 20

/** Errors that speak of a callback's own code. */
const OF_CALLBACKS: ReadonlySet<SwanLabErrorCode> = new Set(['CALLBACK_FAILED', 'NO_RUN'])

/** What no listener is ever called with. */
const NOTHING: unique symbol = Symbol('nothing')

/** One callback, or whoever tapped the hooks under that name, and how it fares. */
class Member {
  readonly name: string
  readonly timeout: number
  /** Never switched off: without it nothing is recorded. */
  readonly immediate: boolean
  readonly optional: boolean
  /** A host outlives this process: what it drives is not unfinished. */
  readonly host: boolean
  readonly reported = new Set<string>()
  started = false
  failures = 0
  off = false

  constructor(callback: Callback, timeout: number) {
    this.name = callback.name
    this.timeout = callback.timeout ?? timeout
    this.immediate = callback.immediate ?? false
    this.optional = callback.optional ?? false
    this.host = callback.adopt !== undefined
  }
}

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
  readonly #members = new Map<string, Member>()
  readonly #unfinished = new Set<string>()
  readonly #options: GuardOptions
  /** What is being dispatched although recorders have had it, and others since. */
  recorded: unknown = NOTHING

  constructor(options: GuardOptions) {
    this.#options = options
    if (options.tracksAll) stay()
  }

  /** Nothing more comes: what callbacks left behind is tracked no longer. */
  close(): void {
    if (this.#options.tracksAll) leave()
  }

  /** Counts what a callback did in another process, or could not do because it cannot be had at all. */
  count({ name, failures, disabled }: CallbackReport): void {
    const member = this.#member(name)
    member.failures = Math.max(member.failures, failures)
    member.off ||= disabled
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
    this.#failed(this.#member(name), where, error)
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
      this.#failed(member, moment, error)
      if (++streak >= BREAKER_LIMIT) this.#switchOff(member, moment)
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
        this.#refused(member, moment, error)
        this.#failed(member, moment, error)
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
        if (moment === 'onInit') this.#refused(member, moment, error)
        this.#failed(member, moment, error)
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

  #add(callback: Callback): Member {
    const member = new Member(callback, this.#options.timeout)
    this.#members.set(callback.name, member)
    return member
  }

  #active(name: string, moment: Moment): ActiveListener {
    return { owner: this, label: `${name} (${moment})`, actions: this.#options.contexts?.actionsOf(name) }
  }

  /** Taps made on `run.hooks` directly have a name, and no callback behind it. */
  #member(name: string): Member {
    return this.#members.get(name) ?? this.#add({ name })
  }

  /** @throws when the run must not start without this callback. */
  #refused(member: Member, moment: Moment, error: unknown): void {
    if (member.optional || this.#options.rethrows === false) return
    member.failures++
    // It is meant for the user, with a code to test; what is wrong with the callback itself needs its name.
    if (error instanceof SwanLabError && !OF_CALLBACKS.has(error.code)) throw error
    const message = `Callback "${member.name}" failed in ${moment}: ${describeError(error)}`
    throw new SwanLabError('CALLBACK_FAILED', message, { cause: error })
  }

  #failed(member: Member, where: string, error: unknown): void {
    member.failures++
    const kind = `${where} ${errorInfo(error).name}`
    if (member.reported.has(kind) || member.reported.size >= MAX_KINDS) return
    member.reported.add(kind)
    this.#options.report('error', `Callback "${member.name}" failed in ${where}: ${describeError(error)}`)
  }

  #switchOff(member: Member, moment: Moment): void {
    if (member.immediate || member.off) return
    member.off = true
    this.#options.report(
      'error',
      `Callback "${member.name}" failed ${BREAKER_LIMIT} times in a row in ${moment}. It is switched off and will be ` +
        'called only when the run ends.',
    )
  }
}
