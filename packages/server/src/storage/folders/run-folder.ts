import { mkdir, open, rename, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { encodeLog, encodeRecord, JOURNAL_FILE, JournalCursor, type JournalRecord } from '@swanlab/core/journal'
import { RunFiles } from '@swanlab/core/folder'
import type {
  ColumnDefinition,
  LogLine,
  MediaPoint,
  Profile,
  ScalarPoint,
  SeriesDefinition,
  StoredRun,
  StoredState,
} from '../interfaces.ts'
import type { Appender } from './appender.ts'
import { nameOf } from './files.ts'
import { readJson, Saver, writeJson } from './json-file.ts'
import { guessType } from './media-type.ts'
import { newCuid } from '../../ids.ts'
import { classOf, RunIndex, sectionOf, type IndexFile } from './run-index.ts'
import { beginning, kindOf, plainConfig, runOf } from './run-record.ts'

const INDEX_FILE = 'run.json'
/** How long after a change the index is written, in milliseconds; the journal is the truth. */
const INDEX_DELAY = 2_000
/** Records between two turns of the event loop while a journal is read. */
const BREATH = 5_000

type Definitions = (key: string) => SeriesDefinition | undefined

/** One run: its folder, its journal, and what is known of it without reading that. */
export class RunFolder {
  readonly dir: string
  readonly #appender: Appender
  readonly #journal: string
  readonly #index: RunIndex
  readonly #saver: Saver
  readonly #files: RunFiles
  #changed = false
  #timer: NodeJS.Timeout | undefined

  private constructor(dir: string, index: RunIndex, appender: Appender) {
    this.dir = dir
    this.#journal = join(dir, JOURNAL_FILE)
    this.#index = index
    this.#appender = appender
    this.#saver = new Saver(() => writeJson(join(dir, INDEX_FILE), this.#index.toFile()))
    this.#files = new RunFiles(dir, () => {})
  }

  /** Makes the folder of a new run. */
  static async create(dir: string, run: StoredRun, visible: boolean, appender: Appender): Promise<RunFolder> {
    await mkdir(dir, { recursive: true })
    const folder = new RunFolder(dir, new RunIndex(run), appender)
    await folder.#append(encodeRecord(beginning(run, 'header', run.createdAt, visible) as never))
    await folder.saveNow()
    await keepFolder(dirname(dir))
    return folder
  }

  /** @returns undefined when there is no run in the folder. */
  static async load(
    dir: string,
    { workspace, project, appender }: { workspace: string; project: string; appender: Appender },
  ): Promise<RunFolder | undefined> {
    const file = await readJson<IndexFile>(join(dir, INDEX_FILE))
    const index = file?.run ? RunIndex.from(file) : indexOf(dir, workspace, project)
    if (!index) return undefined
    const folder = new RunFolder(dir, index, appender)
    await folder.#catchUp()
    return folder
  }

  get run(): StoredRun {
    return this.#index.run
  }

  get columns(): readonly ColumnDefinition[] {
    return [...this.#index.columns.values()]
  }

  get lastSteps(): { scalar: ReadonlyMap<string, number>; media: ReadonlyMap<string, number>; line: number } {
    return this.#index
  }

  async appendScalars(points: readonly ScalarPoint[], definedAs: Definitions): Promise<void> {
    let text = ''
    const declared: string[] = []
    for (const { key, time, index } of points) {
      if (this.#index.columns.has(key)) continue
      text += this.#newColumn(key, 'FLOAT', index, time, definedAs(key))
      declared.push(key)
    }
    for (let at = 0; at < points.length;) {
      const { index: step, time } = points[at]!
      const data: Record<string, number> = Object.create(null) as Record<string, number>
      for (; at < points.length; at++) {
        const point = points[at]!
        if (point.index !== step || point.time !== time || point.key in data) break
        data[point.key] = point.data
      }
      this.#index.learn({ type: 'log', step, time, data })
      text += encodeLog({ step, time, data })
    }
    await this.#append(text, declared)
  }

  async appendMedia(points: readonly MediaPoint[], definedAs: Definitions): Promise<void> {
    let text = ''
    const declared: string[] = []
    for (const { key, index: step, time, data: named, more } of points) {
      const data = await Promise.all(named.map((path) => this.#placeOf(path)))
      if (!this.#index.columns.has(key)) {
        text += this.#newColumn(key, guessType(data[0] ?? ''), step, time, definedAs(key))
        declared.push(key)
      }
      const record = { type: 'media', key, step, time, data, ...(more && { more: more as never }) } as const
      this.#index.learn(record)
      text += encodeRecord(record)
    }
    await this.#append(text, declared)
  }

  async appendLines(lines: readonly LogLine[]): Promise<void> {
    let text = ''
    for (const { epoch, level: said, message, time } of lines) {
      const level = said === 'ERROR' ? 'error' : said === 'WARN' ? 'warn' : 'info'
      const record = { type: 'console', line: epoch, level, text: message, time } as const
      this.#index.learn(record)
      text += encodeRecord(record)
    }
    await this.#append(text)
  }

  /** What was said first about a name or a section stays; a type that was guessed from values is corrected. */
  async defineColumns(columns: readonly Omit<ColumnDefinition, 'createdAt'>[], now: number): Promise<void> {
    let text = ''
    for (const column of columns) {
      const known = this.#index.columns.get(column.key)
      const name = known?.name ?? column.name
      const sectionName = known?.sectionName ?? column.sectionName
      if (known?.type !== column.type || known.sectionName !== sectionName)
        text += this.#newColumn(column.key, column.type, 0, now, { ...column, sectionName })
      this.#index.columns.set(column.key, { ...column, name, sectionName, createdAt: known?.createdAt ?? now })
    }
    if (text !== '') await this.#append(text)
    await this.saveNow()
  }

  async updateProfile(profile: Profile, now: number): Promise<void> {
    const { profile: before } = this.run
    const metadata = profile.metadata && { ...before.metadata, ...present(profile.metadata) }
    const after: Profile = { ...before, ...present({ ...profile }), ...(metadata && { metadata }) }
    this.#index.run = { ...this.run, profile: after }
    const { requirements } = profile
    const config = profile.config && plainConfig(after)
    let text = ''
    if (config) text += encodeRecord({ type: 'config', time: now, config })
    if (metadata) text += encodeRecord({ type: 'metadata', time: now, metadata: metadata as never })
    if (requirements) text += encodeRecord({ type: 'requirements', time: now, requirements })
    if (text !== '') await this.#append(text)
    this.#files.update({
      ...(config && { config }),
      ...(metadata && { metadata: metadata as never }),
      ...(requirements && { requirements }),
    })
    await this.saveNow()
  }

  /** Continues the run. */
  async resume(flagId: string, now: number, visible: boolean): Promise<void> {
    const ended = this.run.state !== 'RUNNING'
    this.#index.run = { ...this.run, flagId, state: 'RUNNING', finishedAt: undefined, heartbeatAt: undefined }
    if (ended) await this.#append(encodeRecord(beginning(this.run, 'resume', now, visible) as never))
    await this.saveNow()
  }

  async end(state: Exclude<StoredState, 'RUNNING'>, finishedAt: number): Promise<void> {
    if (this.run.state === state) return
    this.#index.run = { ...this.run, state, finishedAt }
    const { steps, lastStep, error: told } = this.#index
    const word = state === 'FINISHED' ? 'finished' : state === 'CRASHED' ? 'crashed' : 'aborted'
    const error = word === 'finished' ? undefined : { name: 'Error', message: told ?? `The run ${word}.` }
    await this.#append(
      encodeRecord({
        type: 'finish',
        time: finishedAt,
        state: word,
        ...(error && { error, cause: { type: 'reported' } }),
        duration: Math.max(0, finishedAt - this.run.createdAt),
        steps,
        ...(lastStep !== undefined && { lastStep }),
        losses: {},
      }),
    )
    await this.saveNow()
  }

  change(change: Partial<StoredRun>): void {
    this.#index.run = { ...this.run, ...change }
    this.#soon()
  }

  /** Reads the journal, letting others work meanwhile. */
  async read(types: readonly JournalRecord['type'][], each: (record: JournalRecord) => void): Promise<void> {
    const cursor = new JournalCursor(this.#journal, { only: new Set(types) })
    try {
      let count = 0
      for (const record of cursor.read()) {
        each(record)
        if (++count % BREATH === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    } finally {
      cursor.close()
    }
  }

  /** Forgets the run, but keeps what it held out of reach under another name. */
  async bury(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#appender.release(this.#journal)
    await rename(this.dir, `${this.dir}.deleted`).catch(() => {})
  }

  /** Writes the index if it says something new. */
  async close(): Promise<void> {
    if (this.#changed) await this.saveNow()
  }

  async saveNow(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#changed = false
    await this.#saver.save()
  }

  /** @param declared - Keys of the columns in the text. */
  async #append(text: string, declared: readonly string[] = []): Promise<void> {
    try {
      await this.#appender.append(this.#journal, text)
    } catch (error) {
      // Whoever comes back with the same is to declare them again.
      for (const key of declared) this.#index.columns.delete(key)
      throw error
    }
    this.#index.size += Buffer.byteLength(text)
    this.#soon()
  }

  /** Old clients name media without the folder that they are in; short texts are texts. */
  async #placeOf(path: string): Promise<string> {
    return /^(?:media|files)\//.test(path) || /^[^/]+\/[^/]+\.\w+$/.test(path)
      ? ((await nameOf(this.dir, path)) ?? path)
      : path
  }

  #newColumn(key: string, guess: string, step: number, time: number, defined?: Partial<SeriesDefinition>): string {
    const kind = kindOf(defined?.type ?? guess)
    const index = this.#index.numberOf(key)
    const record = {
      type: 'column',
      key,
      index,
      kind,
      section: defined?.sectionName ?? sectionOf(key),
      step,
      time,
    } as const
    this.#index.columns.set(key, {
      key,
      type: defined?.type ?? guess,
      class: classOf(key),
      sectionName: defined?.sectionName,
      createdAt: time,
    })
    return encodeRecord(record)
  }

  #soon(): void {
    this.#changed = true
    this.#timer ??= setTimeout(() => {
      this.saveNow().catch(() => {
        this.#changed = true
      })
    }, INDEX_DELAY).unref()
  }

  /** What was written after the index: the server was killed. */
  async #catchUp(): Promise<void> {
    const index = this.#index
    const { size } = await stat(this.#journal).catch(() => ({ size: 0 }))
    if (size <= index.size) {
      index.size = size
      return
    }
    const cursor = new JournalCursor(this.#journal, { from: index.size })
    try {
      for (const record of cursor.read()) index.learn(record)
    } finally {
      cursor.close()
    }
    const torn = cursor.position < size
    // Half a line at the end: what comes next begins on a line of its own.
    if (torn) await this.#appender.append(this.#journal, '\n')
    index.size = torn ? size + 1 : size
    this.#soon()
  }
}

/** The index of a run that has lost it, or of one that was moved here. */
function indexOf(dir: string, workspace: string, project: string): RunIndex | undefined {
  let cursor: JournalCursor
  try {
    cursor = new JournalCursor(join(dir, JOURNAL_FILE))
  } catch {
    return undefined
  }
  try {
    const { value: first } = cursor.read().next()
    if (first?.type !== 'header') return undefined
    const cuid = /^run-\d{8}_\d{6}-([a-z0-9]{21})$/.exec(basename(dir))?.[1] ?? newCuid()
    return new RunIndex(runOf(first.run, cuid, workspace, project))
  } finally {
    cursor.close()
  }
}

/** That there is a folder is on the disk, too. Not every system can be asked for it. */
async function keepFolder(path: string): Promise<void> {
  try {
    const folder = await open(path)
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch {
    // Then it is as durable as the system makes it.
  }
}

function present<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== null && member !== undefined),
  ) as Partial<T>
}
