import type { AlertOptions } from './alert.ts'
import type { Config } from './config.ts'
import type { FinishOptions } from './finish-options.ts'
import type { RunHooks } from './hooks.ts'
import type { Outcome, Placement, RunState } from './payloads.ts'
import type { PublicInfo } from './public-info.ts'

/** Second argument of {@link Run.log} when more than a step is to be given. */
export interface LogOptions {
  /** Whole number from 0 to 2^47. Default: one more than the highest step of the run. */
  step?: number | undefined
  /** Print what was recorded on standard output; of media, the paths of their files. Default: false. */
  printToConsole?: boolean | undefined
}

/** A run that is being recorded. Made by `init`. */
export interface Run<C extends object = Record<string, unknown>> extends AsyncDisposable {
  readonly id: string
  readonly project: string
  readonly workspace: string | undefined
  readonly experimentName: string
  readonly description: string | undefined
  readonly tags: readonly string[]
  /** How the run is kept, in a word for people. */
  readonly mode: string | undefined
  /** Absolute path of the run folder; absent when nothing is recorded on this machine. */
  readonly dir: string | undefined
  readonly url: string | undefined
  readonly projectUrl: string | undefined
  /** Readable and writable; every change is recorded. */
  readonly config: Config<C>
  /** The moments of this run as tapable hooks. Every tap runs inside the guard. */
  readonly hooks: RunHooks
  /**
   * Where each callback lives, in the order in which they were given. One that was to live in the background process is
   * `live` from the moment on in which none can be had for it.
   */
  readonly callbacks: readonly Placement[]
  readonly state: RunState
  /**
   * Aborts when a callback asks the training to stop; its `reason` is an Error that says which, and why. The training
   * loop decides what to make of it.
   *
   * @example
   * ```ts
   * for (let step = 0; step < 1_000 && !run.signal.aborted; step++) run.log({ loss: 1 / (step + 1) })
   * ```
   */
  readonly signal: AbortSignal
  /** What may be shown to anybody. Source: `SwanLabRun.public`. */
  readonly public: PublicInfo
  /**
   * Records numbers and media. Returns when the record is out of this process's hands, and never throws for bad data:
   * what cannot be recorded is reported once a key and counted in the {@link Outcome}.
   *
   * @param data - Numbers by key: numbers, booleans, bigints, numeric strings, and objects that hold one number
   *   (`valueOf`, `toJSON`, `item()`, `dataSync()`, typed arrays of length 1). Media (`Image`, `Text`,
   *   `Audio`, …) and lists of one kind of them, 108 at most; each is a file of at most 100 MiB, written before this
   *   returns, and a key holds numbers or one kind of media. Nested objects are flattened with "/".
   * @param stepOrOptions - The step, or {@link LogOptions}.
   *
   * @example
   * ```ts
   * run.log({ loss: 0.12, train: { acc: 0.98 } })
   * run.log({ 'eval/acc': 0.97 }, 400)
   * ```
   */
  log(data: object, stepOrOptions?: number | LogOptions): void
  /** Gives every callback something that somebody should read; notifiers send it. Never throws. */
  alert(options: AlertOptions): void
  /**
   * Ends the run and waits until every callback has been called with it, each within its own deadline. Calling it again
   * answers the same. Called from inside a callback it answers at once, with what is known by then: a callback cannot
   * wait for itself.
   *
   * @throws SwanLabError `INVALID_OPTION`; the run goes on.
   */
  finish(options?: FinishOptions): Promise<Outcome>
}
