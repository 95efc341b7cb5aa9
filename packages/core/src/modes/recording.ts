import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Backend, Restoration } from '../kernel/backend.ts'
import { SwanLabError } from '../kernel/error.ts'
import type {
  Alert,
  ColumnInfo,
  InitInfo,
  InitPatch,
  LogRecord,
  Outcome,
  RunInfo,
  RuntimeInfo,
} from '../kernel/payloads.ts'
import type { Report } from '../kernel/reporter.ts'
import { encodeLog, encodeRecord, JOURNAL_FILE, JOURNAL_FORMAT, type JournalRecord } from '../journal/records.ts'
import { markRunning, unmark } from '../journal/running.ts'
import { JournalWriter, type Durability } from '../journal/writer.ts'
import { thisProcess } from '../runtime/process-identity.ts'
import { closingLine, shownPath } from './messages.ts'
import { closeLost, findResumable, restoreJournal } from './resume.ts'
import { RunFiles } from './run-files.ts'
import { countRuns, folderName } from './run-folders.ts'
import { defaultColors, defaultName } from './naming.ts'

/** Run folders that may share a second and an id before something else must be wrong. */
const MAX_COLLISIONS = 100

export interface RecordingOptions {
  readonly mode: 'local' | 'offline'
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

  constructor(options: RecordingOptions) {
    this.#options = options
    this.name = `swanlab:${options.mode}`
  }

  onInit(info: InitInfo): InitPatch {
    if (info.resume) {
      const earlier = findResumable(info, info.resume)
      if (earlier) {
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
    const dir = makeFolder(run)
    try {
      this.#begin(dir)
    } catch (error) {
      rmSync(dir, { recursive: true, force: true })
      throw unusable(run.logdir, error)
    }
    this.#append(beginning('header', run))
    return { dir }
  }

  restore({ dir }: InitInfo, into: Restoration): void {
    if (dir) restoreJournal(dir, into, this.#options.report)
  }

  close(): void {
    this.#journal?.close()
  }

  get begin(): number {
    return this.#journal?.begin ?? 0
  }

  lost(): number {
    return this.#journal?.lost ?? 0
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
    this.#journal?.append(encodeLog(record))
  }

  onAlert(alert: Alert): void {
    this.#append({ type: 'alert', ...alert })
  }

  onStop(outcome: Outcome): void {
    if (!this.#journal) return
    const { state, error, cause, duration, steps, lastStep, losses, endTime } = outcome
    this.#append({ type: 'finish', time: endTime, state, error, cause, duration, steps, lastStep, losses })
    this.#journal.close()
    if (!this.#options.attended && outcome.run.dir) unmark(outcome.run.dir)
    this.#options.report('info', closingLine(outcome))
  }

  #continue(dir: string, run: RunInfo): void {
    try {
      // Ended through a writer of its own: what it writes belongs to the earlier part.
      const earlier = this.#writer(dir)
      closeLost(dir, (record) => earlier.append(encodeRecord(record)))
      earlier.close()
      this.#begin(dir)
    } catch (error) {
      throw unusable(run.logdir, error)
    }
    this.#append(beginning('resume', run))
  }

  #begin(dir: string): void {
    this.#journal = this.#writer(dir)
    this.#files = new RunFiles(dir, (message) => this.#options.report('warn', message))
    markRunning(dir, { training: thisProcess() })
  }

  #writer(dir: string): JournalWriter {
    const { durability, clock, report } = this.#options
    const trouble = (message: string): void => report('warn', message)
    return new JournalWriter({ path: join(dir, JOURNAL_FILE), durability, clock, trouble })
  }

  #append(record: Exclude<JournalRecord, { type: 'log' }>): void {
    this.#journal?.append(encodeRecord(record))
  }
}

function beginning<T extends 'header' | 'resume'>(type: T, { dir: _, ...run }: RunInfo): JournalRecord & { type: T } {
  const common = { time: run.startTime, run, process: thisProcess() }
  return (type === 'header' ? { type, format: JOURNAL_FORMAT, ...common } : { type, ...common }) as JournalRecord & {
    type: T
  }
}

/** Makes the run folder, and the logdir when there is none. Nobody waits for a free name: the next number is as good. */
function makeFolder({ logdir, id, startTime }: RunInfo): string {
  const base = join(logdir, folderName(id, startTime))
  try {
    makeLogdir(logdir)
    for (let n = 0; n < MAX_COLLISIONS; n++) {
      const dir = n === 0 ? base : `${base}.${n}`
      try {
        mkdirSync(dir)
        return dir
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
    }
  } catch (error) {
    throw unusable(logdir, error)
  }
  throw new SwanLabError('LOGDIR_UNUSABLE', `${MAX_COLLISIONS} run folders named ${base} exist already.`)
}

/** A new logdir, or an empty one, is kept out of version control. */
function makeLogdir(logdir: string): void {
  if (!existsSync(logdir)) mkdirSync(logdir, { recursive: true })
  if (readdirSync(logdir).length === 0) writeFileSync(join(logdir, '.gitignore'), '*\n')
}

function unusable(logdir: string, cause: unknown): SwanLabError {
  const reason = (cause as NodeJS.ErrnoException).code ?? String(cause)
  return new SwanLabError('LOGDIR_UNUSABLE', `"logdir": no run can be recorded in ${logdir} (${reason}).`, { cause })
}
