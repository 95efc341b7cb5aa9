import type { Callback, Moment } from './callback.ts'
import { SwanLabError } from './error.ts'
import type { CallbackReport } from './payloads.ts'
import type { Report } from './reporter.ts'
import { describeError } from './thrown.ts'

/** Failures in a row, in one moment of one callback, after which it is switched off. */
export const BREAKER_LIMIT = 5

interface Member {
  readonly name: string
  readonly timeout: number
  /** The backend of a run is never switched off: without it nothing is recorded. */
  readonly essential: boolean
  readonly optional: boolean
  failures: number
  off: boolean
  readonly reported: Set<string>
}

export interface GuardOptions {
  readonly report: Report
  /** Default deadline of asynchronous moments, in milliseconds. */
  readonly timeout: number
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
  /** Names of the callbacks that have been through `onInit`. */
  readonly started: Set<string> = new Set()
  /** The callback and moment that is running right now, for whoever must explain a `process.exit`. */
  inside: string | undefined

  constructor(options: GuardOptions) {
    this.#options = options
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

  reports(): readonly CallbackReport[] {
    return [...this.#members.values()]
      .filter((member) => !member.essential)
      .map(({ name, failures, off }) => Object.freeze({ name, failures, disabled: off && !this.#silent }))
  }

  /** Asynchronous moments that have been entered and not left, as "name (moment)". */
  unfinished(): readonly string[] {
    return [...this.#unfinished]
  }

  /** Wraps a listener of a synchronous moment. The result never throws. */
  sync<T>(name: string, moment: Moment, listener: (payload: T) => unknown): (payload: T) => void {
    const member = this.#member(name)
    const label = `${name} (${moment})`
    let streak = 0
    const failed = (error: unknown): void => {
      streak++
      this.#failed(member, moment, error)
      if (streak >= BREAKER_LIMIT) this.#switchOff(member, moment)
    }
    return (payload) => {
      if (member.off) return
      const outer = this.inside
      this.inside = label
      try {
        const answer = listener(payload)
        // An async function type-checks here, and its rejection would end the process.
        if (answer !== undefined && isThenable(answer)) answer.then(undefined, failed)
        else streak = 0
      } catch (error) {
        failed(error)
      }
      this.inside = outer
    }
  }

  /** Wraps a listener of an awaited moment: bounded in time, and never rejecting unless `loud`. */
  awaited<T, R>(
    name: string,
    moment: Moment,
    listener: (payload: T) => R | PromiseLike<R>,
    loud: boolean,
  ): (payload: T) => Promise<R | undefined> {
    const member = this.#member(name)
    const label = `${name} (${moment})`
    return (payload) => {
      // The endings reach even a callback that was switched off: it may hold a file, or the only message that matters.
      if (this.#silent && !member.essential) return Promise.resolve(undefined)
      const failed = (error: unknown): undefined => {
        if (loud && !member.optional) {
          member.failures++
          throw new SwanLabError('CALLBACK_FAILED', `Callback "${name}" failed in ${moment}: ${describeError(error)}`, {
            cause: error,
          })
        }
        this.#failed(member, moment, error)
      }
      const outer = this.inside
      this.inside = label
      let answer: R | PromiseLike<R>
      try {
        answer = listener(payload)
      } catch (error) {
        try {
          return Promise.resolve(failed(error))
        } catch (loudly) {
          return Promise.reject(loudly)
        }
      } finally {
        this.inside = outer
      }
      if (!isThenable(answer)) return Promise.resolve(answer as R)
      this.#unfinished.add(label)
      return withDeadline(answer, member.timeout)
        .catch(failed)
        .finally(() => this.#unfinished.delete(label))
    }
  }

  #add(name: string, how: Pick<Member, 'timeout' | 'essential' | 'optional'>): Member {
    const member: Member = { name, ...how, failures: 0, off: this.#silent && !how.essential, reported: new Set() }
    this.#members.set(name, member)
    return member
  }

  /** Taps made on `run.hooks` directly have a name, and no callback behind it. */
  #member(name: string): Member {
    return (
      this.#members.get(name) ?? this.#add(name, { timeout: this.#options.timeout, essential: false, optional: false })
    )
  }

  #failed(member: Member, moment: Moment, error: unknown): void {
    member.failures++
    const what = describeError(error)
    const kind = `${moment} ${error instanceof Error ? error.name : typeof error}`
    if (member.reported.has(kind)) return
    member.reported.add(kind)
    this.#options.report('error', `Callback "${member.name}" failed in ${moment}: ${what}`)
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

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/** The timer keeps the process alive on purpose: whoever awaits this moment must get an answer, or Node exits with 13. */
function withDeadline<R>(answer: PromiseLike<R>, ms: number): Promise<R> {
  let timer: NodeJS.Timeout
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  })
  return Promise.race([Promise.resolve(answer), deadline]).finally(() => clearTimeout(timer))
}
