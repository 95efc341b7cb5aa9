import type { Callback, Moment } from './callback.ts'
import type { Contexts } from './context.ts'
import { isThenable, withDeadline } from './deadline.ts'
import { SwanLabError } from './error.ts'
import { enter, enterSync, insideOf, leave, leaveSync, stay, within, type Place } from './inside.ts'
import type { CallbackReport } from './payloads.ts'
import type { Report } from './reporter.ts'
import { describeError, errorInfo } from './thrown.ts'

/** Failures in a row, in one moment of one callback, after which it is switched off. */
export const BREAKER_LIMIT = 5
/** Kinds of failure of one callback that are told apart; beyond these they are only counted. */
const MAX_KINDS = 20
/** Begins the names of this library's own callbacks. They are not the user's to hear of. */
const OWN = 'swanlab:'

/** Second argument of a guarded listener: call it only if it has not been called with this payload. */
export const UNHEARD: unique symbol = Symbol('unheard')

/** A listener inside the guard. */
export type Guarded<T, R> = (payload: T, only?: typeof UNHEARD) => R

interface Member {
  readonly name: string
  readonly timeout: number
  /** The backend of a run is never switched off: without it nothing is recorded. */
  readonly essential: boolean
  readonly optional: boolean
  started: boolean
  failures: number
  off: boolean
  readonly reported: Set<string>
}

export interface GuardOptions {
  readonly report: Report
  /** Default deadline of asynchronous moments, in milliseconds. */
  readonly timeout: number
  /** Gives callbacks what they act through. Absent: they can do nothing. */
  readonly contexts?: Contexts | undefined
  /**
   * True: also timers and promises that synchronous listeners leave behind are known to be theirs. It costs each call
   * some 100 ns, and every promise of the process. Default: false.
   */
  readonly tracksAll?: boolean
}

/**
 * Keeps callbacks from hurting the training and each other: whatever one of them throws, rejects or never answers is
 * reported under its name, once a kind, and stops there.
 */
export class Guard {
  readonly #members = new Map<string, Member>()
  readonly #unfinished = new Set<string>()
  readonly #options: GuardOptions
  #silent = false
  #inside: string | undefined

  constructor(options: GuardOptions) {
    this.#options = options
    if (options.tracksAll) stay()
  }

  /** Nothing more comes: what callbacks left behind is tracked no longer. */
  close(): void {
    if (this.#options.tracksAll) leave()
  }

  /** Counts what a callback did in another process. */
  count({ name, failures, disabled }: CallbackReport): void {
    const member = this.#members.get(name)
    if (!member) return
    member.failures = Math.max(member.failures, failures)
    member.off ||= disabled
  }

  /** A callback cannot be had at all. */
  missing(name: string, message: string): void {
    const member = this.#member(name)
    member.failures++
    member.off = true
    this.#options.report('error', message)
  }

  /** @throws SwanLabError `INVALID_CALLBACK` when the name is taken. */
  enroll(callback: Callback, role: { essential: boolean }): void {
    if (this.#members.has(callback.name))
      throw new SwanLabError(
        'INVALID_CALLBACK',
        `Two callbacks are named "${callback.name}"; names are unique within a run. Give one of them another "name".`,
      )
    this.#add(callback.name, {
      timeout: callback.timeout ?? this.#options.timeout,
      essential: role.essential,
      optional: callback.optional === true,
    })
  }

  /** From now on no callback hears anything, except the backend. */
  silence(): void {
    this.#silent = true
    for (const member of this.#members.values()) if (!member.essential) member.off = true
  }

  /** The callback and moment, as "name (moment)", that the code which asks belongs to. */
  get inside(): string | undefined {
    return this.#inside ?? insideOf(this)
  }

  /** Has `onInit` of this callback succeeded? */
  hasStarted(name: string): boolean {
    return this.#members.get(name)?.started === true
  }

  reports(): readonly CallbackReport[] {
    return [...this.#members.values()]
      .filter(({ name }) => !name.startsWith(OWN))
      .map(({ name, failures, off }) => Object.freeze({ name, failures, disabled: off && !this.#silent }))
  }

  /** Asynchronous moments that have been entered and not left, as "name (moment)". */
  unfinished(): readonly string[] {
    return [...this.#unfinished].filter((label) => !label.startsWith(OWN))
  }

  /** Wraps a listener of a synchronous moment. The result never throws. */
  sync<T>(name: string, moment: Moment, listener: (payload: T) => unknown): Guarded<T, void> {
    const member = this.#member(name)
    const place = this.#place(name, moment)
    const { label } = place
    const call = this.#options.tracksAll ? (payload: T): unknown => within(place, () => listener(payload)) : listener
    let heard: T | undefined
    let streak = 0
    const succeeded = (): void => {
      streak = 0
    }
    const failed = (error: unknown): void => {
      this.#failed(member, moment, error)
      if (++streak >= BREAKER_LIMIT) this.#switchOff(member, moment)
    }
    return (payload, only) => {
      if (member.off || (only === UNHEARD && heard === payload)) return
      heard = payload
      const outer = this.#inside
      const outerPlace = enterSync(place)
      this.#inside = label
      try {
        const answer = call(payload)
        // An async function type-checks here, and its rejection would end the process.
        if (answer !== undefined && isThenable(answer)) answer.then(succeeded, failed)
        else streak = 0
      } catch (error) {
        failed(error)
      }
      // Not in a `finally`: when the listener calls process.exit, who did it must still be known.
      this.#inside = outer
      leaveSync(outerPlace)
    }
  }

  /** Wraps a listener of an awaited moment: bounded in time, and never rejecting, except for `onInit`. */
  awaited<T, R>(
    name: string,
    moment: Moment,
    listener: (payload: T) => R | PromiseLike<R>,
  ): Guarded<T, Promise<R | undefined>> {
    const member = this.#member(name)
    const place = this.#place(name, moment)
    const { label } = place
    let heard: T | undefined
    const failed = (error: unknown): undefined => {
      if (moment === 'onInit') this.#refused(member, error)
      this.#failed(member, moment, error)
    }
    return async (payload) => {
      // The endings reach even a callback that was switched off: it may hold a file, or the only message that matters.
      // Each is heard once: a process that is about to exit may have told it before its turn.
      if ((this.#silent && !member.essential) || heard === payload) return undefined
      heard = payload
      const outer = this.#inside
      const outerPlace = enterSync(place)
      this.#inside = label
      const left = (): void => {
        this.#inside = outer
        leaveSync(outerPlace)
      }
      let isInside = true
      try {
        let answer = enter(place, () => listener(payload))
        left()
        isInside = false
        if (isThenable(answer)) {
          this.#unfinished.add(label)
          answer = await withDeadline(answer, member.timeout)
        }
        if (moment === 'onInit') member.started = true
        return answer
      } catch (error) {
        // Only if its synchronous part threw: later on, somebody else's may be running.
        if (isInside) left()
        return failed(error)
      } finally {
        this.#unfinished.delete(label)
        leave()
      }
    }
  }

  #add(name: string, how: Pick<Member, 'timeout' | 'essential' | 'optional'>): Member {
    const off = this.#silent && !how.essential
    const member: Member = { name, ...how, started: false, failures: 0, off, reported: new Set() }
    this.#members.set(name, member)
    return member
  }

  #place(name: string, moment: Moment): Place {
    return { owner: this, label: `${name} (${moment})`, voice: this.#options.contexts?.of(name) }
  }

  /** Taps made on `run.hooks` directly have a name, and no callback behind it. */
  #member(name: string): Member {
    return (
      this.#members.get(name) ?? this.#add(name, { timeout: this.#options.timeout, essential: false, optional: false })
    )
  }

  /** @throws when the run must not start without this callback. */
  #refused(member: Member, error: unknown): void {
    if (member.optional) return
    member.failures++
    // What the backend says is already meant for the user.
    if (member.essential && error instanceof SwanLabError) throw error
    const message = `Callback "${member.name}" failed in onInit: ${describeError(error)}`
    throw new SwanLabError('CALLBACK_FAILED', message, { cause: error })
  }

  #failed(member: Member, moment: Moment, error: unknown): void {
    member.failures++
    const kind = `${moment} ${errorInfo(error).name}`
    if (member.reported.has(kind) || member.reported.size >= MAX_KINDS) return
    member.reported.add(kind)
    this.#options.report('error', `Callback "${member.name}" failed in ${moment}: ${describeError(error)}`)
  }

  #switchOff(member: Member, moment: Moment): void {
    if (member.essential || member.off) return
    member.off = true
    this.#options.report(
      'error',
      `Callback "${member.name}" failed ${BREAKER_LIMIT} times in a row in ${moment}. It is switched off and will hear ` +
        'only how the run ends.',
    )
  }
}
