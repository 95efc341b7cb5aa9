import { init as initCore, type Callback, type InitOptions, type Run, type SettingsOptions } from '@swanlab/core'
import { journal } from '../journal-callback.ts'
import { useRunFolder, type RunFolder } from './run-folder.ts'

/** What the tests of this package start a run with: what the core takes, and where the journal lies. */
export type Options = Omit<InitOptions, 'settings' | 'callbacks'> & {
  readonly logdir?: string
  readonly callbacks?: readonly Callback[]
  readonly settings?: SettingsOptions
}

/** Where runs of one test are recorded, and what they are started with. */
export interface Offline extends RunFolder {
  options(callbacks?: readonly Callback[], settings?: SettingsOptions): Options & { settings: SettingsOptions }
  start(callbacks?: readonly Callback[], settings?: SettingsOptions): Promise<Run>
}

/** The core's `init`, with a journal. */
export function init({ logdir = 'swanlog', callbacks = [], ...options }: Options): Promise<Run> {
  const { durability, clock, report } = options.settings ?? {}
  const hint = (dir: string): string => `What to do next with ${dir}`
  const recorder = journal({ logdir, mode: 'offline', durability, clock, report, hint })
  return initCore({ ...options, callbacks: [recorder, ...callbacks] })
}

/** @see useRunFolder */
export function useOffline(): Offline {
  const folder = useRunFolder()
  const options: Offline['options'] = (callbacks = [], settings = {}) => ({
    project: 'test',
    logdir: folder.logdir,
    callbacks,
    settings: { metadataCollect: false, requirementsCollect: false, report: folder.report, ...settings },
  })
  return Object.assign(folder, {
    options,
    start: (callbacks?: readonly Callback[], settings?: SettingsOptions) => init(options(callbacks, settings)),
  })
}
