import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  type Alert,
  type Callback,
  type CallbackContext,
  type ColumnInfo,
  type ConsoleLine,
  type InitInfo,
  type InitPatch,
  type LogRecord,
  type MediaDraft,
  type MediaRecord,
  type OpenPatch,
  type Outcome,
  type Report,
  type RunInfo,
  type RuntimeInfo,
  SwanLabError,
} from '@swanlab/core/internal'
import {
  encodeLog,
  encodeRecord,
  JOURNAL_FILE,
  JOURNAL_FORMAT,
  type HeaderRecord,
  type JournalRecord,
  type ResumeRecord,
} from '../format/records.ts'
import { finishRecordOf } from '../format/finish-record.ts'
import { markRunning, readMark, unmark } from '../format/run-marker.ts'
import { JournalWriter, type Durability } from '../format/writer.ts'
import { thisProcess } from '../files/process-identity.ts'
import type { TakenLock } from '../files/process-lock.ts'
import { unusable } from './make-folder.ts'
import { MediaFiles } from './media-files.ts'
import { closingLine, shownPath } from './messages.ts'
import { alone, makeRun } from './new-run.ts'
import { closeLost, earlierRecords, findResumable } from './resume.ts'
import { RunFiles } from './run-files.ts'
import { countRuns } from './run-folders.ts'
import { defaultColors, defaultName } from './naming.ts'

/** Where and how {@link journal} keeps a run. */
export interface JournalOptions {
  /** Folder of the run folders, relative to the working directory. */
  readonly logdir: string
  /** How the run is kept, in a word for people. Default: `local`. */
  readonly mode?: string | undefined
  /**
   * When a logged record is safe. `write`: handed to the operating system before `log()` returns. `buffered`: written in
   * batches, which a killed process may lose. `sync`: on the disk itself. Default: `write`.
   */
  readonly durability?: Durability | undefined
  /** Milliseconds since 1970. Default: `Date.now`. */
  readonly clock?: (() => number) | undefined
  /** Where its messages to the user go. Default: where those of the run go. */
  readonly report?: Report | undefined
  /** The line that says what to do with the run folder next. @param dir - As one would type it. Default: none. */
  readonly hint?: ((dir: string) => string) | undefined
}

/**
 * Records a run in a folder of its own: an append-only journal that survives the death of the process, and beside it the
 * files that people open. Takes back an earlier part when the run is resumed.
 *
 * @example
 * ```ts
 * import { init } from '@swanlab/core'
 * import { journal } from '@swanlab/journal'
 *
 * await init({ project: 'cats', callbacks: [journal({ logdir: 'swanlog' })] })
 * ```
 */
export function journal(options: JournalOptions): Callback {
  return new JournalCallback(options)
}

/** The callback among these that records the run in a journal, and where its part of the run begins, in bytes. */
export function journalAmong(callbacks: readonly Callback[]): { readonly begin: number } | undefined {
  return callbacks.find((callback) => callback instanceof JournalCallback)
}

/** The options, with their defaults. */
type Kept = { readonly [K in 'logdir' | 'mode' | 'durability' | 'clock']: NonNullable<JournalOptions[K]> } & Pick<
  JournalOptions,
  'hint'
>

class JournalCallback implements Callback {
  readonly name = 'journal'
  readonly immediate = true
  readonly #options: Kept
  #report: Report | undefined
  #journal: JournalWriter | undefined
  #files: RunFiles | undefined
  #media: MediaFiles | undefined
  #opened = false
  #named = false
  #lease: TakenLock | undefined
  /** Where callbacks live, as has been recorded. */
  #placed: RunInfo['callbacks'] | undefined
  #announced: string | undefined

  constructor({ logdir, mode = 'local', durability = 'write', clock = Date.now, report, hint }: JournalOptions) {
    this.#options = { logdir: resolve(logdir), mode, durability, clock, hint }
    this.#report = report
  }

  onInit(info: InitInfo, context: CallbackContext): InitPatch {
    const { logdir, mode } = this.#options
    const report = (this.#report ??= context.report)
    const kept = { mode, logdir }
    if (info.resume) {
      this.#named = true
      const found = findResumable({ ...info, logdir }, report)
      if (found) {
        this.#lease = found.lease
        const { experimentName, description, tags, colors } = found.run
        return {
          ...kept,
          dir: found.dir,
          resumed: true,
          colors,
          experimentName: info.experimentName ?? experimentName,
          description: info.description ?? description,
          tags: info.tags.length > 0 ? info.tags : tags,
          earlier: earlierRecords(found.dir, report),
        }
      }
    }
    const index = countRuns(logdir, info.project) + this.#announce(logdir, info.project)
    const name = info.experimentName === undefined && { experimentName: defaultName(index), nameIsDefault: true }
    return { ...kept, colors: defaultColors(index), ...name }
  }

  onOpen(run: RunInfo): OpenPatch | void {
    this.#placed = run.callbacks
    if (this.#lease && run.dir) return this.#continue(run.dir, run)
    const { logdir } = this.#options
    const dir = this.#named ? alone(run, { logdir, report: this.#say }, () => this.#start(run)) : this.#start(run)
    this.#arrive()
    return { dir }
  }

  readonly #say: Report = (level, message) => this.#report?.(level, message)

  /** Others may continue the run from here on. */
  onClose(): void {
    this.#arrive()
    this.#journal?.close()
    this.#lease?.release()
  }

  /** Where this session of the run begins in its journal, in bytes. */
  get begin(): number {
    return this.#journal?.begin ?? 0
  }

  lost(): number {
    return (this.#journal?.lost ?? 0) + (this.#media?.lost ?? 0)
  }

  onRun(run: RunInfo): void {
    const { hint } = this.#options
    const report = this.#say
    if (!run.dir) return
    const dir = shownPath(run.dir)
    report(
      'info',
      `${run.resumed ? 'Resuming' : 'Tracking'} run ${run.experimentName} of project ${run.project} in ${dir}`,
    )
    if (hint) report('info', hint(dir))
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

  storeMedia(draft: MediaDraft): MediaRecord | undefined {
    return this.#media?.keep(draft)
  }

  onMedia(media: MediaRecord): void {
    this.#append({ type: 'media', ...media })
  }

  onAlert(alert: Alert): void {
    this.#append({ type: 'alert', ...alert })
  }

  onConsole(line: ConsoleLine): void {
    this.#append({ type: 'console', ...line })
  }

  onStop(outcome: Outcome): void {
    // The run never began: somebody refused it.
    if (!this.#journal) return this.onClose()
    this.#append(finishRecordOf(outcome, this.#placed))
    this.#journal.close()
    const { dir } = outcome.run
    // A background process that follows the run removes its marker itself, once no message is pending.
    if (dir && readMark(dir)?.background === undefined) unmark(dir, this.#journal.begin)
    this.#say('info', closingLine(outcome))
  }

  /** @returns how many others have been announced, and have no folder yet by which they could be counted. */
  #announce(logdir: string, project: string): number {
    this.#announced = `${logdir} ${project}`
    const others = announced.get(this.#announced) ?? 0
    announced.set(this.#announced, others + 1)
    return others
  }

  #arrive(): void {
    const what = this.#announced
    if (what === undefined) return
    this.#announced = undefined
    const left = announced.get(what)! - 1
    if (left > 0) announced.set(what, left)
    else announced.delete(what)
  }

  #start(run: RunInfo): string {
    const { dir, lease } = makeRun(run, this.#options.logdir)
    this.#lease = lease
    try {
      this.#begin(dir)
      this.#record(beginning('header', run))
    } catch (error) {
      this.#abandon()
      unmark(dir)
      rmSync(dir, { recursive: true, force: true })
      throw unusable(this.#options.logdir, error)
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
      throw error instanceof SwanLabError ? error : unusable(this.#options.logdir, error)
    }
  }

  /** Through a writer of its own: what it writes belongs to the earlier session. */
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
    const trouble = (message: string): void => this.#say('warn', message)
    this.#files = new RunFiles(dir, trouble)
    this.#media = new MediaFiles(dir, this.#options.durability, trouble)
    const weak = this.#lease?.weak
    markRunning(dir, { training: thisProcess(), from: this.#journal.begin, locked: weak === undefined })
    if (weak !== undefined) warnOfWeakLocks(weak, this.#say)
  }

  #writer(dir: string): JournalWriter {
    const { durability, clock } = this.#options
    // Before there is a run, its trouble is that of `init`.
    const trouble = (message: string): void => (this.#opened ? this.#say('warn', message) : undefined)
    return new JournalWriter({ path: join(dir, JOURNAL_FILE), owner: 'own', durability, clock, trouble })
  }

  /** A session without its first record is void. @throws when the disk does not take it. */
  #record(first: HeaderRecord | ResumeRecord): void {
    this.#append(first)
    this.#journal!.flush()
    // oxlint-disable-next-line typescript/only-throw-error
    if (this.#journal!.failure !== undefined) throw this.#journal!.failure
    this.#opened = true
  }

  /** There is no run whose end could be recorded. */
  #abandon(): void {
    this.onClose()
    this.#journal = undefined
  }

  #append(record: Exclude<JournalRecord, { type: 'log' }>): void {
    this.#journal?.append(encodeRecord(record))
  }
}

/** Runs that this process is starting, by logdir and project: each gets a default name of its own. */
const announced = new Map<string, number>()
let warned = false

function warnOfWeakLocks(why: string, report: Report): void {
  if (warned) return
  warned = true
  report(
    'warn',
    `The kernel keeps no locks for runs: ${why}. Processes on this machine are still told apart; in other containers or on other machines, nothing keeps a second one from continuing this run at the same time.`,
  )
}

function beginning(type: 'header' | 'resume', { dir: _, ...run }: RunInfo): HeaderRecord | ResumeRecord {
  const common = { time: run.startTime, run, process: thisProcess() }
  return type === 'header' ? { type, format: JOURNAL_FORMAT, ...common } : { type, ...common }
}
