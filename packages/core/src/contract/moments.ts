import type { RunHooks } from './hooks.ts'

interface Carrier<Hook extends keyof RunHooks, Awaited extends boolean> {
  readonly hook: Hook
  readonly awaited: Awaited
}

/** Each moment's method, the hook that carries it, and whether it is awaited. The order is that of a run's life. */
export const MOMENTS: {
  readonly onInit: Carrier<'init', true>
  readonly onOpen: Carrier<'open', false>
  readonly onRun: Carrier<'run', true>
  readonly onRuntimeInfoUpdate: Carrier<'runtimeInfo', false>
  readonly onColumnCreate: Carrier<'column', false>
  readonly onLog: Carrier<'log', false>
  readonly onMetricCreate: Carrier<'metric', false>
  readonly onMedia: Carrier<'media', false>
  readonly onAlert: Carrier<'alert', false>
  readonly onConsole: Carrier<'console', false>
  readonly onError: Carrier<'error', true>
  readonly onStop: Carrier<'finish', true>
  readonly onClose: Carrier<'close', false>
} = {
  onInit: { hook: 'init', awaited: true },
  onOpen: { hook: 'open', awaited: false },
  onRun: { hook: 'run', awaited: true },
  onRuntimeInfoUpdate: { hook: 'runtimeInfo', awaited: false },
  onColumnCreate: { hook: 'column', awaited: false },
  onLog: { hook: 'log', awaited: false },
  onMetricCreate: { hook: 'metric', awaited: false },
  onMedia: { hook: 'media', awaited: false },
  onAlert: { hook: 'alert', awaited: false },
  onConsole: { hook: 'console', awaited: false },
  onError: { hook: 'error', awaited: true },
  onStop: { hook: 'finish', awaited: true },
  onClose: { hook: 'close', awaited: false },
}

export type Moment = keyof typeof MOMENTS
