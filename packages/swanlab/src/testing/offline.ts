import { useRunFolder, type RunFolder } from '../../../journal/src/folder/testing/run-folder.ts'
import { init, type Callback, type InitOptions, type Run, type SettingsOptions } from '../index.ts'

/** Where runs of one test are recorded, and what they are started with. */
export interface Offline extends RunFolder {
  /** What `init` is given when it is to leave the rest of the machine alone. */
  options(callbacks?: readonly Callback[], settings?: SettingsOptions): InitOptions & { settings: SettingsOptions }
  start(callbacks?: readonly Callback[], settings?: SettingsOptions): Promise<Run>
}

/** @see useRunFolder */
export function useOffline(): Offline {
  const folder = useRunFolder()
  const options: Offline['options'] = (callbacks = [], settings = {}) => ({
    project: 'test',
    mode: 'offline',
    logdir: folder.logdir,
    callbacks,
    settings: {
      background: false,
      metadataCollect: false,
      requirementsCollect: false,
      report: folder.report,
      ...settings,
    },
  })
  return Object.assign(folder, {
    options,
    start: (callbacks?: readonly Callback[], settings?: SettingsOptions) => init(options(callbacks, settings)),
  })
}

const EVENTS = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'exit',
  'beforeExit',
  'uncaughtException',
  'uncaughtExceptionMonitor',
  'unhandledRejection',
  'warning',
]

/** How many listeners the process has, by event. */
export function processListeners(): Record<string, number> {
  return Object.fromEntries(EVENTS.map((event) => [event, process.listenerCount(event)]))
}
