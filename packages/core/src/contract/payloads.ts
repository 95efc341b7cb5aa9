/** How a run stands. `running` until it ends; the other three say how it ended. */
export type RunState = 'running' | 'finished' | 'crashed' | 'aborted'

/** Colours of a run in charts, as `#rrggbb`, for light and for dark backgrounds. */
export type ColorPair = readonly [light: string, dark: string]

/** A value that survives JSON unchanged. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** A configuration as callbacks and files see it: plain JSON, detached from the user's objects. */
export type ConfigSnapshot = Readonly<Record<string, JsonValue>>

/**
 * What is known when a run is about to start. Given to `onInit`; a callback may answer with an {@link InitPatch}.
 * Source: `on_init` and the first half of `before_init_experiment` of `SwanKitCallback`.
 */
export interface InitInfo {
  /** 1 to 64 characters of `0-9 a-z A-Z _ -`; 21 of `a-z 0-9` unless it was given. */
  readonly id: string
  /** 1 to 100 characters of `0-9 a-z A-Z _ - + .`. */
  readonly project: string
  /** Absent: the personal space of whoever is logged in. */
  readonly workspace?: string | undefined
  /** Absent until somebody names it: the user, or the mode's own `onInit`. */
  readonly experimentName?: string | undefined
  /** True: `experimentName` was made up by a callback, and another one may know a better one. Absent: somebody chose it. */
  readonly nameIsDefault?: boolean | undefined
  readonly description?: string | undefined
  readonly tags: readonly string[]
  /** How the run is kept, in a word for people; answered by whoever keeps it. Absent: nobody does. */
  readonly mode?: string | undefined
  /** Absolute path of the folder that holds the run folders. Absent: there is none. */
  readonly logdir?: string | undefined
  /** Visibility of a project that this run creates. Absent: private. */
  readonly public?: boolean | undefined
  /** Present when the user asked to continue a run. */
  readonly resume?: 'must' | 'allow' | undefined
  /** What `init` was given, as it will be recorded: what is masked or was changed by earlier callbacks is so here. */
  readonly config: ConfigSnapshot
  /** Start of the run, in milliseconds since 1970. */
  readonly startTime: number
  /** True when an earlier run is being continued. */
  readonly resumed: boolean
  readonly colors?: ColorPair | undefined
  /** Absolute path of the run folder. Absent: nothing is recorded on this machine. */
  readonly dir?: string | undefined
  readonly url?: string | undefined
  readonly projectUrl?: string | undefined
  /** What earlier parts of the run had recorded, from each callback that takes something back. */
  readonly earlier?: readonly Iterable<EarlierRecord>[] | undefined
}

/**
 * Something that an earlier part of a resumed run had recorded. Keys, columns, summaries and the configuration go on
 * from there; steps are counted on after the highest. Records of other types are ignored, so that a journal can be
 * handed over as it is.
 */
export type EarlierRecord =
  | ({ readonly type: 'column' } & ColumnInfo)
  | ({ readonly type: 'log' } & LogRecord)
  | ({ readonly type: 'media' } & MediaRecord)
  | ({ readonly type: 'console' } & ConsoleLine)
  | { readonly type: 'config'; readonly config: ConfigSnapshot }
  /** The run came this far, where nobody here can say what was recorded. */
  | { readonly type: 'step'; readonly step: number }
  | { readonly type: 'header' | 'resume' | 'metadata' | 'requirements' | 'alert' | 'finish' }

/** What a callback may change by answering `onInit`. */
export type InitPatch = Partial<
  Pick<
    InitInfo,
    | 'id'
    | 'mode'
    | 'logdir'
    | 'project'
    | 'workspace'
    | 'experimentName'
    | 'nameIsDefault'
    | 'description'
    | 'tags'
    | 'dir'
    | 'url'
    | 'projectUrl'
    | 'colors'
    | 'resumed'
  >
> & {
  /**
   * The configuration that is recorded instead of the one in {@link InitInfo}: the whole of it, so begin with
   * `...info.config`. Members that it changes or leaves out stay so, whatever the program sets there later. The program goes
   * on reading its own values. Anything but an object with names makes `onInit` fail.
   */
  readonly config?: Readonly<Record<string, unknown>> | undefined
  /** What an earlier part of the run had recorded; read once, when every callback has answered. */
  readonly earlier?: Iterable<EarlierRecord> | undefined
}

/** What a callback may answer to `onOpen`. */
export interface OpenPatch {
  /** Absolute path of the run folder that it has made or taken up. */
  readonly dir?: string | undefined
}

/** A run that has started: complete and read-only. Given to `onRun`, and part of every ending. */
export interface RunInfo extends Omit<InitInfo, 'resume' | 'earlier' | 'nameIsDefault'> {
  readonly experimentName: string
  readonly colors: ColorPair
  /** Where each callback lives. */
  readonly callbacks: readonly Placement[]
}

/** What a run knows about itself and its machine. Each member is present only when it is news. */
export interface RuntimeInfo {
  /** The whole configuration, not only what changed. */
  readonly config?: ConfigSnapshot
  /** Machine, runtime, command and git state; secrets are masked. */
  readonly metadata?: Readonly<Record<string, JsonValue>>
  /** Installed dependencies, one `name@version` a line. */
  readonly requirements?: string
}

/** One accepted `log()` call. */
export interface LogRecord {
  /** Whole number, 0 or more. */
  readonly step: number
  /** Milliseconds since 1970. */
  readonly time: number
  /** Scalars by their final key. `NaN`, `Infinity` and `-Infinity` are themselves. */
  readonly data: Readonly<Record<string, number>>
}

/** What one key got at one step that is not a number: files in the run folder, or short texts. Given to `onMedia`. */
export interface MediaRecord {
  readonly key: string
  /** Whole number, 0 or more. */
  readonly step: number
  /** Milliseconds since 1970. */
  readonly time: number
  /** Paths relative to the run folder, such as `media/image/002-d6325bd2.png`; old clients put short texts here as they are. */
  readonly data: readonly string[]
  /** The caption of each of `data`, in the same order; null where there is nothing. */
  readonly more?: readonly (Readonly<Record<string, JsonValue>> | null)[] | undefined
}

/** One line that the program wrote to its terminal. */
export interface ConsoleLine {
  /** Number of the line within the run, from 1. */
  readonly line: number
  /** `info` came from standard output, `warn` from standard error, `error` is the text of the run's own failure. */
  readonly level: 'info' | 'warn' | 'error'
  readonly text: string
  /** Milliseconds since 1970. */
  readonly time: number
}

/** What the values of a key are. */
export type ColumnKind = 'scalar' | 'image' | 'audio' | 'text' | 'video' | 'echarts' | 'object3d' | 'molecule' | 'html'

/** A key at its first appearance. Source: `ColumnInfo` of swankit, without the fields that only its web page needs. */
export interface ColumnInfo {
  readonly key: string
  /** Number of the column within the run, from 0, in order of first appearance. */
  readonly index: number
  readonly kind: ColumnKind
  /** The part of the key before its first "/"; `default` when there is none. */
  readonly section: string
  /** First step logged under this key. */
  readonly step: number
  /** Milliseconds since 1970. */
  readonly time: number
}

/** Running summary of one key. `min`, `max` and their steps are absent while only NaN has been seen. */
export interface MetricSummary {
  readonly last: number
  readonly lastStep: number
  readonly min?: number
  readonly minStep?: number
  readonly max?: number
  readonly maxStep?: number
  /** Number of recorded values, NaN included. */
  readonly count: number
}

/** One value of one key, with the key's summary after it. */
export interface MetricInfo {
  readonly column: ColumnInfo
  readonly step: number
  readonly time: number
  readonly value: number
  readonly summary: MetricSummary
}

/** How urgent an alert is. */
export type AlertLevel = 'info' | 'warn' | 'error'

/** A message that the training, or a callback, wants somebody to read. */
export interface Alert {
  readonly title: string
  readonly text: string
  readonly level: AlertLevel
  readonly step?: number | undefined
  /** Name of the rule that raised it, when it was not raised by hand. */
  readonly rule?: string | undefined
  /** Milliseconds since 1970. */
  readonly time: number
  /** Distinguishes an alert that a callback raised from all others of its run. Absent: the program raised it. */
  readonly id?: string | undefined
}

/** An error as plain data: it crosses process borders and lives in files. */
export interface ErrorInfo {
  /** Class of the error, or the type of what was thrown. */
  readonly name: string
  readonly message: string
  readonly stack?: string | undefined
}

/** Why a run did not end by itself. Told apart by `type`; `evidence` holds the facts found after a death, in words. */
export type Cause =
  | {
      readonly type: 'exit'
      /** Exit code of the process. */
      readonly code: number
      /** The callback and moment in which `process.exit` was called, when it was in one. */
      readonly inside?: string | undefined
    }
  | { readonly type: 'exception' }
  | { readonly type: 'signal'; readonly signal: string }
  /** SIGKILL: nobody can catch it. */
  | { readonly type: 'killed'; readonly evidence: readonly string[] }
  /** Memory ran out: that of the machine, of the container, or of Node's heap. */
  | { readonly type: 'oom-killed'; readonly evidence: readonly string[] }
  /** A fatal signal from native code. */
  | { readonly type: 'crashed-natively'; readonly signal: string; readonly evidence: readonly string[] }
  /** The process is gone, and what can be found does not say why. */
  | { readonly type: 'lost-contact'; readonly evidence: readonly string[] }
  /** `finish()` was given this state by the program itself. */
  | { readonly type: 'reported' }
  /** Nobody saw the end; found later. */
  | { readonly type: 'lost' }

/** What could not be recorded, counted by kind. A kind that is absent did not occur. */
export interface Losses {
  /** Records that the disk did not take. */
  readonly records?: number
  /** Values that were not numbers. */
  readonly values?: number
  /** Values whose (key, step) had been used before. */
  readonly duplicates?: number
}

/** How one callback fared over the run. */
export interface CallbackReport {
  readonly name: string
  readonly failures: number
  /** True when repeated failure switched the callback off before the end. */
  readonly disabled: boolean
}

/** Where a callback lives: in the training process, or in the background process. */
export interface Placement {
  readonly name: string
  readonly place: 'live' | 'resident'
  /** Why a callback that could live in the background does not. */
  readonly reason?: string | undefined
}

/** The end of a run. `state` alone decides whether it went well. */
export interface Outcome {
  readonly state: Exclude<RunState, 'running'>
  readonly error?: ErrorInfo | undefined
  readonly cause?: Cause | undefined
  /** Milliseconds from start to end. */
  readonly duration: number
  /** End of the run, in milliseconds since 1970. */
  readonly endTime: number
  /** Number of recorded `log()` calls. */
  readonly steps: number
  /** Highest step recorded; absent when nothing was. */
  readonly lastStep?: number | undefined
  readonly summary: Readonly<Record<string, MetricSummary>>
  readonly run: RunInfo
  readonly losses: Losses
  /** The last lines of the program's terminal: at most 20, each cut to 200 characters. Absent when none are known. */
  readonly lastLines?: readonly ConsoleLine[] | undefined
  readonly callbacks: readonly CallbackReport[]
}

/** A run that did not end well. Given to `onError`, just before `onStop`. */
export interface RunFailure {
  readonly error: ErrorInfo
  readonly cause: Cause
  readonly outcome: Outcome
  readonly run: RunInfo
}
