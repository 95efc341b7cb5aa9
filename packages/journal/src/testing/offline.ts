import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import {
  getRun,
  init as initCore,
  type Callback,
  type InitOptions,
  type Run,
  type SettingsOptions,
} from '@swanlab/core'
import { journal } from '../folder/journal-callback.ts'
import { JOURNAL_FILE, type JournalRecord } from '../format/records.ts'

/** What the tests of this package start a run with: what the core takes, and where the journal lies. */
export type Options = Omit<InitOptions, 'settings' | 'callbacks'> & {
  readonly logdir?: string
  readonly callbacks?: readonly Callback[]
  readonly settings?: SettingsOptions
}

/** A folder for the runs of one test, and what the library had to say meanwhile. */
export interface Offline {
  readonly logdir: string
  /** Messages above `info`, with their level. */
  readonly reports: string[]
  options(callbacks?: readonly Callback[], settings?: SettingsOptions): Options & { settings: SettingsOptions }
  start(callbacks?: readonly Callback[], settings?: SettingsOptions): Promise<Run>
  /** Names in the folder. */
  names(): readonly string[]
  /** Records of the journal, optionally those of one type. */
  journal(run: Run, type?: JournalRecord['type']): readonly JournalRecord[]
}

/** The core's `init`, with a journal. */
export function init({ logdir = 'swanlog', callbacks = [], ...options }: Options): Promise<Run> {
  const { durability, clock, report } = options.settings ?? {}
  const hint = (dir: string): string => `What to do next with ${dir}`
  const recorder = journal({ logdir, mode: 'offline', durability, clock, report, hint })
  return initCore({ ...options, callbacks: [recorder, ...callbacks] })
}

/** To be called where a file or a `describe` begins: every test gets a folder of its own, and leaves no run behind. */
export function useOffline(): Offline {
  const offline: Offline & { logdir: string } = {
    logdir: '',
    reports: [],
    options: (callbacks = [], settings = {}) => ({
      project: 'test',
      logdir: offline.logdir,
      callbacks,
      settings: { metadataCollect: false, requirementsCollect: false, report, ...settings },
    }),
    start: (callbacks, settings) => init(offline.options(callbacks, settings)),
    names: () => readdirSync(offline.logdir).toSorted(),
    journal: (run, type) => {
      const records = readFileSync(join(run.dir!, JOURNAL_FILE), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as JournalRecord)
      return type === undefined ? records : records.filter((record) => record.type === type)
    },
  }
  const report = (level: string, message: string): void => {
    if (level === 'warn' || level === 'error') offline.reports.push(`${level}: ${message}`)
  }
  beforeEach(() => {
    offline.logdir = mkdtempSync(join(tmpdir(), 'swanlab-journal-'))
    offline.reports.length = 0
  })
  afterEach(async () => {
    await getRun()?.finish()
    rmSync(offline.logdir, { recursive: true, force: true })
  })
  return offline
}
