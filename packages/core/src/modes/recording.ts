import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Backend, Restoration } from '../kernel/backend.ts'
import { SwanLabError } from '../kernel/error.ts'
import type { MediaDraft } from '../kernel/media.ts'
import type {
  Alert,
  ColumnInfo,
  ConsoleLine,
  InitInfo,
  InitPatch,
  LogRecord,
  MediaRecord,
  Mode,
  Outcome,
  RunInfo,
  RuntimeInfo,
} from '../kernel/payloads.ts'
import type { Report } from '../kernel/reporter.ts'
import {
  encodeLog,
  encodeRecord,
  JOURNAL_FILE,
  JOURNAL_FORMAT,
  type HeaderRecord,
  type JournalRecord,
  type ResumeRecord,
} from '../journal/records.ts'
import { LastLines } from '../journal/last-lines.ts'
import { markRunning, unmark } from '../journal/running.ts'
import { JournalWriter, type Durability } from '../journal/writer.ts'
import { thisProcess } from '../runtime/process-identity.ts'
import type { TakenLock } from '../runtime/process-lock.ts'
import { unusable } from './make-folder.ts'
import { MediaFiles } from './media-files.ts'
import { closingLine, shownPath } from './messages.ts'
import { alone, makeRun } from './new-run.ts'
import { closeLost, findResumable, restoreJournal } from './resume.ts'
import { RunFiles } from './run-files.ts'
import { countRuns } from './run-folders.ts'
import { defaultColors, defaultName } from './naming.ts'

export interface RecordingOptions {
  readonly mode: Exclude<Mode, 'disabled'>
  readonly durability: Durability
  readonly clock: () => number
  readonly report: Report
  /** True: a background process takes care of the run, and says when it is over. */
  readonly attended: boolean
  /** The line that says what to do with the run folder next. @param dir - As one would type it. */
  readonly hint: (dir: string) => string
}

/** Keeps a run in a folder of its own: the journal, and beside it the files that people open. */
export class RecordingBackend implements Backend {
  readonly name: string
  readonly #options: RecordingOptions
  #journal: JournalWriter | undefined
  #files: RunFiles | undefined
  #media: MediaFiles | undefined
  readonly #lines = new LastLines()
  #line = 0
  #opened = false
  #named = false
  #lease: TakenLock | undefined

  constructor(options: RecordingOptions) {
    this.#options = options
    this.name = `swanlab:${options.mode}`
  }

  onInit(info: InitInfo): InitPatch | Promise<InitPatch> {
    if (info.resume) {
      this.#named = true
      const earlier = findResumable(info, info.resume, this.#options.report)
      if (earlier) {
        this.#lease = earlier.lease
        const { experimentName, description, tags, colors } = earlier.run
        return {
          dir: earlier.dir,
          resumed: true,
          colors,
          experimentName: info.experimentName ?? experimentName,
          description: info.description ?? description,
          tags: info.tags.length > 0 ? info.tags : tags,
        }
      }
    }
    const index = countRuns(info.logdir, info.project)
    return { colors: defaultColors(index), experimentName: info.experimentName ?? defaultName(index) }
  }

  open(run: RunInfo): { dir: string } | void {
    if (run.resumed && run.dir) return this.#continue(run.dir, run)
    return { dir: this.#named ? alone(run, this.#options.report, () => this.#start(run)) : this.#start(run) }
  }

  restore({ dir }: InitInfo, into: Restoration): void {
    if (dir) this.#line = restoreJournal(dir, into, this.#options.report)
  }

  /** Others may continue the run from here on. */
  close(): void {
    this.#journal?.close()
    this.#lease?.release()
  }

  get begin(): number {
    return this.#journal?.begin ?? 0
  }

  lost(): number {
    return (this.#journal?.lost ?? 0) + (this.#media?.lost ?? 0)
  }

  onRun(run: RunInfo): void {
    const { report, hint } = this.#options
    if (!run.dir) return
    const dir = shownPath(run.dir)
    report(
      'info',
      `${run.resumed ? 'Resuming' : 'Tracking'} run ${run.experimentName} of project ${run.project} in ${dir}`,
    )
    report('info', hint(dir))
  }

  onRuntimeInfoUpdate({ config, metadata, requirements }: RuntimeInfo): void {
    const time = this.#options.clock()
    if (config) this.#append({ type: 'config', time, config })
    if (metadata) this.#append({ type: 'metadata', time, metadata })
    if (requirements) this.#append({ type: 'requirements', time, requirements })
    this.#files?.update({
      ...(config && { config }),
      ...(metadata && { metadata }),
      ...(requirements && { requirements }),
    })
  }

  onColumnCreate(column: ColumnInfo): void {
    this.#append({ type: 'column', ...column })
  }

  onLog(record: LogRecord): void {
    this.#journal?.append(encodeLog(record), record.time)
  }

  keep(draft: MediaDraft): MediaRecord | undefined {
    return this.#media?.keep(draft)
  }

  onMedia(media: MediaRecord): void {
    this.#append({ type: 'media', ...media })
  }

  onAlert(alert: Alert): void {
    this.#append({ type: 'alert', ...alert })
  }

  console({ level, text, time }: Omit<ConsoleLine, 'line'>): void {
    const line = { line: ++this.#line, level, text, time }
    this.#lines.add(line)
    this.#append({ type: 'console', ...line })
  }

  get lastLines(): readonly ConsoleLine[] {
    return this.#lines.list
  }

  onStop(outcome: Outcome): void {
    // The run never began: somebody refused it.
    if (!this.#journal) return this.close()
    const { state, error, cause, duration, steps, lastStep, losses, endTime } = outcome
    this.#append({ type: 'finish', time: endTime, state, error, cause, duration, steps, lastStep, losses })
    this.#journal.close()
    if (!this.#options.attended && outcome.run.dir) unmark(outcome.run.dir)
    this.#options.report('info', closingLine(outcome))
  }

  #start(run: RunInfo): string {
    const { dir, lease } = makeRun(run)
    this.#lease = lease
    try {
      this.#begin(dir)
      this.#record(beginning('header', run))
    } catch (error) {
      this.#abandon()
      unmark(dir)
      rmSync(dir, { recursive: true, force: true })
      throw unusable(run.logdir, error)
    }
    return dir
  }

  #continue(dir: string, run: RunInfo): void {
    try {
      this.#endEarlier(dir)
      this.#begin(dir)
      this.#record(beginning('resume', run))
    } catch (error) {
      this.#abandon()
      throw error instanceof SwanLabError ? error : unusable(run.logdir, error)
    }
  }

  /** Through a writer of its own: what it writes belongs to the earlier part. */
  #endEarlier(dir: string): void {
    const earlier = this.#writer(dir)
    try {
      closeLost(dir, (record) => earlier.append(encodeRecord(record)))
    } finally {
      earlier.close()
    }
  }

  #begin(dir: string): void {
    this.#journal = this.#writer(dir)
    const trouble = (message: string): void => this.#options.report('warn', message)
    this.#files = new RunFiles(dir, trouble)
    this.#media = new MediaFiles(dir, this.#options.durability, trouble)
    const weak = this.#lease?.weak
    markRunning(dir, { training: thisProcess(), from: this.#journal.begin, locked: weak === undefined })
    if (weak !== undefined) tellOfWeakLocks(weak, this.#options.report)
  }

  #writer(dir: string): JournalWriter {
    const { durability, clock, report } = this.#options
    // Before there is a run, its trouble is that of `init`.
    const trouble = (message: string): void => (this.#opened ? report('warn', message) : undefined)
    return new JournalWriter({ path: join(dir, JOURNAL_FILE), owner: 'own', durability, clock, trouble })
  }

  /** Without its first record a part of a run is nothing. @throws when the disk does not take it. */
  #record(first: HeaderRecord | ResumeRecord): void {
    this.#append(first)
    this.#journal!.flush()
    // oxlint-disable-next-line typescript/only-throw-error
    if (this.#journal!.failure !== undefined) throw this.#journal!.failure
    this.#opened = true
  }

  /** There is no run whose end could be recorded. */
  #abandon(): void {
    this.close()
    this.#journal = undefined
  }

  #append(record: Exclude<JournalRecord, { type: 'log' }>): void {
    this.#journal?.append(encodeRecord(record))
  }
}

let told = false

function tellOfWeakLocks(why: string, report: Report): void {
  if (told) return
  told = true
  report(
    'warn',
    `The kernel keeps no locks for runs: ${why}. Processes on this machine are still told apart; in other containers or on other machines, nothing keeps a second one from continuing this run at the same time.`,
  )
}

function beginning(type: 'header' | 'resume', { dir: _, ...run }: RunInfo): HeaderRecord | ResumeRecord {
  const common = { time: run.startTime, run, process: thisProcess() }
  return type === 'header' ? { type, format: JOURNAL_FORMAT, ...common } : { type, ...common }
}
