import type { AsyncSeriesHook, AsyncSeriesWaterfallHook, SyncHook, SyncWaterfallHook } from 'tapable'
import type {
  Alert,
  ColumnInfo,
  ConsoleLine,
  InitInfo,
  LogRecord,
  MediaRecord,
  MetricInfo,
  Outcome,
  RunFailure,
  RunInfo,
  RuntimeInfo,
} from './payloads.ts'

/**
 * The moments of a run as tapable hooks, in the order of a run's life. Every tap, however it is made, runs inside the
 * guard. tapable compiles its dispatch with `new Function`, so code generation from strings must be allowed.
 */
export interface RunHooks {
  /** Each answer is merged into what the next tap gets. */
  readonly init: AsyncSeriesWaterfallHook<[InitInfo]>
  /** Likewise. */
  readonly open: SyncWaterfallHook<[RunInfo]>
  readonly run: AsyncSeriesHook<[RunInfo]>
  readonly runtimeInfo: SyncHook<[RuntimeInfo]>
  readonly column: SyncHook<[ColumnInfo]>
  readonly log: SyncHook<[LogRecord]>
  readonly metric: SyncHook<[MetricInfo]>
  readonly media: SyncHook<[MediaRecord]>
  readonly alert: SyncHook<[Alert]>
  readonly console: SyncHook<[ConsoleLine]>
  readonly error: AsyncSeriesHook<[RunFailure]>
  readonly finish: AsyncSeriesHook<[Outcome]>
  readonly close: SyncHook<[void]>
}
