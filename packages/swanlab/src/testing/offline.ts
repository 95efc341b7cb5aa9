import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { JOURNAL_FILE, type JournalRecord } from '@swanlab/journal'
import { getRun, init, type Callback, type InitOptions, type Run, type SettingsOptions } from '../index.ts'

/** A folder for the runs of one test, and what the library had to say meanwhile. */
export interface Offline {
  readonly logdir: string
  /** Messages above `info`, with their level. */
  readonly reports: string[]
  /** What `init` is given when it is to leave the rest of the machine alone. */
  options(callbacks?: readonly Callback[], settings?: SettingsOptions): InitOptions & { settings: SettingsOptions }
  start(callbacks?: readonly Callback[], settings?: SettingsOptions): Promise<Run>
  /** Names in the folder. */
  names(): readonly string[]
  /** Records of the journal, optionally those of one type. */
  journal(run: Run, type?: JournalRecord['type']): readonly JournalRecord[]
}

/** To be called where a file or a `describe` begins: every test gets a folder of its own, and leaves no run behind. */
export function useOffline(): Offline {
  const offline: Offline & { logdir: string } = {
    logdir: '',
    reports: [],
    options: (callbacks = [], settings = {}) => ({
      project: 'test',
      mode: 'offline',
      logdir: offline.logdir,
      callbacks,
      settings: { background: false, metadataCollect: false, requirementsCollect: false, report, ...settings },
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
    offline.logdir = mkdtempSync(join(tmpdir(), 'swanlab-init-'))
    offline.reports.length = 0
  })
  afterEach(async () => {
    await getRun()?.finish()
    rmSync(offline.logdir, { recursive: true, force: true })
  })
  return offline
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
