import type { CallbackContext } from './context.ts'
import type { RunHooks } from './hooks.ts'
import type {
  Alert,
  ColumnInfo,
  InitInfo,
  InitPatch,
  LogRecord,
  MediaRecord,
  MetricInfo,
  Outcome,
  RunFailure,
  RunInfo,
  RuntimeInfo,
} from './payloads.ts'

/**
 * A callback that can be rebuilt in another process, and how. `init` tries to import the module as that process would,
 * with the loader and the conditions that the training was started with (tsx and the like). Where it cannot be imported,
 * or lacks the export, the callback stays in the training, and `run.callbacks` says why.
 */
export interface Resident {
  /** `file:` URL of a module that does nothing but define things when imported; usually `import.meta.url`. */
  readonly module: string
  /**
   * Package that `module` belongs to. The module is imported elsewhere only when the package.json nearest to it bears
   * this name: inside a bundle, `import.meta.url` is the training script itself, which must never run twice.
   */
  readonly package?: string | undefined
  /** Name of the exported class or factory. */
  readonly export: string
  /** Its only argument: plain JSON. May hold secrets; it never reaches argv, the environment or a disk. */
  readonly options: unknown
}

/**
 * A plugin: a name, and the moments it cares about. A class that `extends SwanKitCallback` and an object literal are
 * the same to the core. Payloads are frozen. Every moment gets a {@link CallbackContext} beside its payload. A moment
 * that throws, rejects or outlasts its deadline is reported and costs nobody else anything; only `onInit` is loud, and
 * makes `init()` reject.
 *
 * Source: `SwanKitCallback` of swankit; `__str__` became `name`.
 *
 * @example
 * ```ts
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
  /** How to rebuild this callback in another process. Absent: it stays in this one. */
  readonly resident?: Resident | undefined
  /**
   * For advanced authors: the tapable hooks themselves, with `stage`, `before` and `intercept`. Called once, first, and
   * as loud as `onInit`.
   */
  apply?(hooks: RunHooks, context: CallbackContext): void
  /** The run is about to start. The answer is merged into what later callbacks hear. */
  onInit?(info: InitInfo, context: CallbackContext): InitPatch | void | Promise<InitPatch | void>
  /** The run has started. */
  onRun?(run: RunInfo, context: CallbackContext): void | Promise<void>
  /** Configuration, metadata or requirements are known or have changed. */
  onRuntimeInfoUpdate?(info: RuntimeInfo, context: CallbackContext): void
  /** A `log()` call was accepted. Its `data` is empty when it brought media alone. */
  onLog?(record: LogRecord, context: CallbackContext): void
  /** A key was logged for the first time. Heard before the `onLog` that brought it. */
  onColumnCreate?(column: ColumnInfo, context: CallbackContext): void
  /** A value was recorded; once a key and call. Costs more than `onLog`: listen only when the summary is needed. */
  onMetricCreate?(metric: MetricInfo, context: CallbackContext): void
  /** Media were recorded: once a key and call, after its `onLog`. Their files are in the run folder. */
  onMedia?(media: MediaRecord, context: CallbackContext): void
  /** Somebody called `alert()`. */
  onAlert?(alert: Alert, context: CallbackContext): void
  /** The run did not end well. Followed by `onStop`. */
  onError?(failure: RunFailure, context: CallbackContext): void | Promise<void>
  /**
   * The run has ended, well or not. Always the last moment, and once: what callbacks log in it is recorded, and heard
   * by nobody.
   */
  onStop?(outcome: Outcome, context: CallbackContext): void | Promise<void>
}

/**
 * Base for callbacks written as classes. It adds one thing to the interface: a default `name`, that of the class.
 * Give `name` yourself when your build renames classes.
 *
 * @example
 * ```ts
 * class Greeter extends SwanKitCallback {
 *   override onRun(run: RunInfo) {
 *     console.log(`hello, ${run.experimentName}`)
 *   }
 * }
 * ```
 */
// The interface below gives it the moments. They are optional, so that the core sees which ones a class really hears.
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export abstract class SwanKitCallback {
  readonly name: string = this.constructor.name
}

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging
export interface SwanKitCallback extends Callback {}

interface Carrier<Hook extends keyof RunHooks, Awaited extends boolean> {
  readonly hook: Hook
  readonly awaited: Awaited
}

/** Each moment's method, the hook that carries it, and whether it is awaited. The order is that of a run's life. */
export const MOMENTS: {
  readonly onInit: Carrier<'init', true>
  readonly onRun: Carrier<'run', true>
  readonly onRuntimeInfoUpdate: Carrier<'runtimeInfo', false>
  readonly onColumnCreate: Carrier<'column', false>
  readonly onLog: Carrier<'log', false>
  readonly onMetricCreate: Carrier<'metric', false>
  readonly onMedia: Carrier<'media', false>
  readonly onAlert: Carrier<'alert', false>
  readonly onError: Carrier<'error', true>
  readonly onStop: Carrier<'finish', true>
} = {
  onInit: { hook: 'init', awaited: true },
  onRun: { hook: 'run', awaited: true },
  onRuntimeInfoUpdate: { hook: 'runtimeInfo', awaited: false },
  onColumnCreate: { hook: 'column', awaited: false },
  onLog: { hook: 'log', awaited: false },
  onMetricCreate: { hook: 'metric', awaited: false },
  onMedia: { hook: 'media', awaited: false },
  onAlert: { hook: 'alert', awaited: false },
  onError: { hook: 'error', awaited: true },
  onStop: { hook: 'finish', awaited: true },
}

export type Moment = keyof typeof MOMENTS
