import type { CallbackContext } from './context.ts'
import type { RunHooks } from './hooks.ts'
import type { MediaDraft } from './media.ts'
import type {
  Alert,
  CallbackReport,
  ColumnInfo,
  ConsoleLine,
  InitInfo,
  InitPatch,
  LogRecord,
  MediaRecord,
  MetricInfo,
  OpenPatch,
  Outcome,
  Placement,
  RunFailure,
  RunInfo,
  RuntimeInfo,
} from './payloads.ts'
import type { RedactFunction, RedactRules, SentRules } from './redact.ts'
import { keepOptions, type Resident } from './resident.ts'

/** What a host does in the run for the callbacks that it drives elsewhere, in the name of each. */
export interface HostActions {
  /** An alert with an `id` is raised once. */
  raise(alert: Alert, name: string): void
  log(data: Readonly<Record<string, number>>, step: number | undefined, name: string): void
  requestStop(reason: string, name: string): void
  /** A callback that was placed elsewhere is driven in the training after all; {@link Placement.reason} of the run says why. */
  fallBack(reason: string, name: string): void
  /** How a callback fared so far. */
  count(report: CallbackReport): void
  /** What is taken out of what they say; complete once the run has started. Absent: nothing is. */
  redactRules(): SentRules | undefined
}

/**
 * A plugin: a name, and the moments it cares about. A class that `extends SwanKitCallback` and an object literal are
 * the same to the core. Payloads are frozen; a {@link CallbackContext} comes beside each. A moment that throws, rejects
 * or outlasts its deadline is reported and costs nobody else anything; only `onInit` and `onOpen` are loud, and make
 * `init()` reject.
 *
 * Source: `SwanKitCallback` of swankit; `__str__` became `name`.
 *
 * @example
 * ```ts
 * import { init, type Callback } from 'swanlab'
 *
 * const printer: Callback = {
 *   name: 'printer',
 *   onLog: ({ step, data }) => console.log(step, data),
 *   onStop: ({ state, duration }) => console.log(`${state} after ${duration} ms`),
 * }
 * await init({ project: 'demo', callbacks: [printer] })
 * ```
 */
export interface Callback {
  /** Unique within a run. */
  readonly name: string
  /**
   * Deadline of each asynchronous moment, in milliseconds: above 0, at most 2^31 - 1. Default:
   * `settings.callbackTimeout`, 10,000.
   */
  readonly timeout?: number | undefined
  /** True: a failing `onInit` is reported instead of making `init()` reject. Default: false. */
  readonly optional?: boolean | undefined
  /**
   * True: a recorder. It gets each moment before all other callbacks, in the very turn in which it happens, is never
   * switched off, and gets what callbacks log in their own `onStop`. It keeps the run, so it must not call `log()` or
   * `alert()` itself. Default: false.
   */
  readonly immediate?: boolean | undefined
  /**
   * What is taken out of everything that its run records, sends or shows, beside `settings.redact` and what is masked
   * anyway: a callback can only add to that. Read once, before `onInit` of any callback. Wrong rules make `init()` reject.
   */
  readonly redact?: RedactRules | RedactFunction | undefined
  /**
   * How to rebuild this callback in another process, spelled out. Classes say `defineResident` instead, and
   * notifiers need neither. Absent everywhere: it stays in this one.
   */
  readonly resident?: Resident | undefined
  /**
   * For advanced authors: the tapable hooks themselves, with `stage`, `before` and `intercept`. Called once, first, and
   * as loud as `onInit`.
   */
  apply?(hooks: RunHooks, context: CallbackContext): void
  /**
   * For hosts, which drive other callbacks elsewhere: called once, before `apply` of any, with the other callbacks of
   * the run. Those that it answers to be `resident` get nothing from the core.
   *
   * Their `onInit` and `onOpen` are called here all the same: an answer or a refusal counts wherever a callback lives.
   *
   * @param act - Does in the run what they do elsewhere.
   * @returns a placement for each callback that it has something to say of.
   */
  adopt?(callbacks: readonly Callback[], act: HostActions): readonly Placement[] | Promise<readonly Placement[]>
  /**
   * The run is about to start. The answer is merged into what later callbacks get; a failure makes `init()` reject. Both
   * count wherever the callback lives: of a resident it is called in the training first (`context.place` is `live`), on the
   * instance that was given to `init`, and once more where it lives, where the run is known and an answer is ignored.
   */
  onInit?(info: InitInfo, context: CallbackContext): InitPatch | void | Promise<InitPatch | void>
  /**
   * Every callback has agreed: the first moment that may leave a trace. Recorders make the run's place here; `dir` of the
   * answer is where it is. One that fails has cleaned up; `init()` rejects.
   */
  onOpen?(run: RunInfo, context: CallbackContext): OpenPatch | void
  /** The run has started. */
  onRun?(run: RunInfo, context: CallbackContext): void | Promise<void>
  /** Configuration, metadata or requirements are known or have changed. */
  onRuntimeInfoUpdate?(info: RuntimeInfo, context: CallbackContext): void
  /** A `log()` call was accepted. Its `data` is empty when it brought media alone. */
  onLog?(record: LogRecord, context: CallbackContext): void
  /** A key was logged for the first time. Comes before the `onLog` that brought it. */
  onColumnCreate?(column: ColumnInfo, context: CallbackContext): void
  /** A value was recorded; once a key and call. Costs more than `onLog`: listen only when the summary is needed. */
  onMetricCreate?(metric: MetricInfo, context: CallbackContext): void
  /** Media were recorded: once a key and call, after its `onLog`. Their files are in the run folder. */
  onMedia?(media: MediaRecord, context: CallbackContext): void
  /** Somebody called `alert()`. */
  onAlert?(alert: Alert, context: CallbackContext): void
  /** The program wrote a line to its terminal. Recorders only: what others print would be a line again. */
  onConsole?(line: ConsoleLine, context: CallbackContext): void
  /** The run did not end well. Followed by `onStop`. */
  onError?(failure: RunFailure, context: CallbackContext): void | Promise<void>
  /**
   * The run has ended, well or not. Always the last moment, and once: what callbacks log in it is recorded, and reaches
   * recorders alone.
   */
  onStop?(outcome: Outcome, context: CallbackContext): void | Promise<void>
  /** Nothing more will come, not even from `onStop` of others: files are closed here. */
  onClose?(context: CallbackContext): void
  /**
   * Recorders: gives media their place, before anybody gets their record. The first recorder that has it is asked.
   * Absent answer: it could not, has reported so, and counts it in `lost`.
   */
  storeMedia?(draft: MediaDraft): MediaRecord | undefined
  /** Recorders: number of records that could not be kept so far, for `outcome.losses`. */
  lost?(): number
  /**
   * Makes one attempt at delivering what was handed to `context.deliver`, and resolves when it was taken.
   *
   * @throws DeliveryError - To say that trying again is useless (`permanent`), or when it makes sense (`retryAfter`).
   * Anything else that is thrown counts as transient. Keep secrets out of messages: they are shown to people.
   */
  send?(message: never, options: { readonly signal: AbortSignal }): Promise<void>
}

/**
 * Base for callbacks written as classes. It adds two things to the interface: a default `name`, that of the class, and
 * `options`, what the constructor was given. Give `name` yourself when your build renames classes.
 *
 * @example
 * ```ts
 * import { SwanKitCallback, type RunInfo } from 'swanlab'
 *
 * class Greeter extends SwanKitCallback<{ greeting: string }> {
 *   override onRun(run: RunInfo) {
 *     console.log(`${this.options.greeting}, ${run.experimentName}`)
 *   }
 * }
 * new Greeter({ greeting: 'hello' })
 * ```
 */
// The interface below gives it the moments. They are optional, so that the core sees which ones a class really has.
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export abstract class SwanKitCallback<Options extends object = object> {
  readonly name: string = this.constructor.name
  /** What the constructor was given; printing the callback does not show it. */
  declare protected readonly options: Readonly<Options>

  /** @param options - Everything that the callback is made from: one that can be rebuilt elsewhere is made from it again. */
  constructor(...[options]: {} extends Options ? [options?: Options] : [options: Options]) {
    keepOptions(this, options)
    Object.defineProperty(this, 'options', { value: options ?? {}, configurable: true, writable: true })
  }
}

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging, eslint/no-unused-vars
export interface SwanKitCallback<Options extends object = object> extends Callback {}
