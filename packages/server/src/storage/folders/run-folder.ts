import { access, mkdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeLog, encodeRecord, JOURNAL_FILE, JournalCursor, type JournalRecord } from '@swanlab/core/journal'
import { RunFiles } from '@swanlab/core/folder'
import type {
  ColumnDefinition,
  LogLine,
  MediaPoint,
  Profile,
  ScalarPoint,
  StoredRun,
  StoredState,
} from '../interfaces.ts'
import type { Appender } from './appender.ts'
import { readJson, Saver, writeJson } from './json-file.ts'
import { beginning, kindOf, plainConfig, typeOf } from './run-record.ts'

const INDEX_FILE = 'run.json'
/** How long after a change the index is written, in milliseconds; the journal is the truth. */
const INDEX_DELAY = 2_000
/** Records between two turns of the event loop while a journal is read. */
const BREATH = 5_000

interface Index {
  run: StoredRun
  columns: ColumnDefinition[]
  scalar: [string, number][]
  media: [string, number][]
  line: number
  steps: number
  lastStep: number | undefined
  error: string | undefined
  /** Bytes of the journal that this speaks of. */
  size: number
}

/** One run: its folder, its journal, and what is known of it without reading that. */
export class RunFolder {
  readonly dir: string
  readonly #appender: Appender
  readonly #columns = new Map<string, ColumnDefinition>()
  /** Of the columns, by key. */
  readonly #numbers = new Map<string, number>()
  readonly #scalar = new Map<string, number>()
  readonly #media = new Map<string, number>()
  readonly #saver: Saver
  readonly #files: RunFiles
  #run: StoredRun
  #line = 0
  #steps = 0
  #lastStep: number | undefined
  #error: string | undefined
  #size = 0
  #timer: NodeJS.Timeout | undefined

  constructor(dir: string, run: StoredRun, appender: Appender) {
    this.dir = dir
    this.#run = run
    this.#appender = appender
    this.#saver = new Saver(() => this.#writeIndex())
    this.#files = new RunFiles(dir, () => {})
  }

  /** Makes the folder of a new run. */
  static async create(dir: string, run: StoredRun, visible: boolean, appender: Appender): Promise<RunFolder> {
    await mkdir(dir, { recursive: true })
    const folder = new RunFolder(dir, run, appender)
    await folder.#append(encodeRecord(beginning(run, 'header', run.createdAt, visible) as never))
    await folder.saveNow()
    return folder
  }

  /** @returns undefined when there is no run in the folder. */
  static async load(dir: string, appender: Appender): Promise<RunFolder | undefined> {
    const index = await readJson<Index>(join(dir, INDEX_FILE))
    if (!index?.run) return undefined
    const folder = new RunFolder(dir, index.run, appender)
    for (const column of index.columns) {
      folder.#numbers.set(column.key, folder.#columns.size)
      folder.#columns.set(column.key, column)
    }
    for (const [key, step] of index.scalar) folder.#scalar.set(key, step)
    for (const [key, step] of index.media) folder.#media.set(key, step)
    folder.#line = index.line
    folder.#steps = index.steps
    folder.#lastStep = index.lastStep
    folder.#error = index.error
    folder.#size = index.size
    await folder.#catchUp()
    return folder
  }

  get run(): StoredRun {
    return this.#run
  }

  get columns(): readonly ColumnDefinition[] {
    return [...this.#columns.values()]
  }

  get lastSteps(): { scalar: ReadonlyMap<string, number>; media: ReadonlyMap<string, number>; line: number } {
    return { scalar: this.#scalar, media: this.#media, line: this.#line }
  }

  async appendScalars(points: readonly ScalarPoint[], typeIn: (key: string) => string | undefined): Promise<void> {
    let text = ''
    for (const { key, time, index } of points)
      if (!this.#columns.has(key)) text += this.#newColumn(key, typeIn(key) ?? 'FLOAT', index, time)
    for (let at = 0; at < points.length;) {
      const { index: step, time } = points[at]!
      const data: Record<string, number> = Object.create(null) as Record<string, number>
      for (; at < points.length; at++) {
        const point = points[at]!
        if (point.index !== step || point.time !== time || point.key in data) break
        data[point.key] = point.data
        const last = this.#scalar.get(point.key)
        if (last === undefined || last < step) this.#scalar.set(point.key, step)
      }
      if (this.#lastStep === undefined || step > this.#lastStep) {
        this.#lastStep = step
        this.#steps++
      }
      text += encodeLog({ step, time, data })
    }
    await this.#append(text)
  }

  async appendMedia(points: readonly MediaPoint[], typeIn: (key: string) => string | undefined): Promise<void> {
    let text = ''
    for (const { key, index: step, time, data: named, more } of points) {
      const data = await Promise.all(named.map((path) => this.#placeOf(path)))
      if (!this.#columns.has(key)) text += this.#newColumn(key, typeIn(key) ?? guessType(data[0] ?? ''), step, time)
      this.#media.set(key, Math.max(this.#media.get(key) ?? 0, step))
      text += encodeRecord({ type: 'media', key, step, time, data, ...(more && { more: more as never }) })
    }
    await this.#append(text)
  }

  async appendLines(lines: readonly LogLine[]): Promise<void> {
    let text = ''
    for (const { epoch, level, message, time } of lines) {
      this.#line = Math.max(this.#line, epoch)
      if (level === 'ERROR') this.#error = message
      text += encodeRecord({
        type: 'console',
        line: epoch,
        level: level === 'ERROR' ? 'error' : level === 'WARN' ? 'warn' : 'info',
        text: message,
        time,
      })
    }
    await this.#append(text)
  }

  async defineColumns(columns: readonly Omit<ColumnDefinition, 'createdAt'>[], now: number): Promise<void> {
    let text = ''
    for (const column of columns) {
      const known = this.#columns.get(column.key)
      // Old clients send values first; what was made of those is corrected.
      if (known?.type === column.type) continue
      text += this.#newColumn(column.key, column.type, 0, now)
      this.#columns.set(column.key, { ...column, createdAt: known?.createdAt ?? now })
    }
    if (text !== '') await this.#append(text)
    await this.saveNow()
  }

  async updateProfile(profile: Profile, now: number): Promise<void> {
    const before = this.#run.profile
    const metadata = profile.metadata && { ...before.metadata, ...present(profile.metadata) }
    const after: Profile = { ...before, ...present({ ...profile }), ...(metadata && { metadata }) }
    this.#run = { ...this.#run, profile: after }
    let text = ''
    if (profile.config) text += encodeRecord({ type: 'config', time: now, config: plainConfig(after) })
    if (metadata) text += encodeRecord({ type: 'metadata', time: now, metadata: metadata as never })
    if (profile.requirements)
      text += encodeRecord({ type: 'requirements', time: now, requirements: profile.requirements })
    if (text !== '') await this.#append(text)
    this.#files.update({
      ...(profile.config && { config: plainConfig(after) }),
      ...(metadata && { metadata: metadata as never }),
      ...(profile.requirements && { requirements: profile.requirements }),
    })
    await this.saveNow()
  }

  /** Continues the run. */
  async resume(flagId: string, now: number, visible: boolean): Promise<void> {
    const ended = this.#run.state !== 'RUNNING'
    this.#run = { ...this.#run, flagId, state: 'RUNNING', finishedAt: undefined, heartbeatAt: undefined }
    if (ended) await this.#append(encodeRecord(beginning(this.#run, 'resume', now, visible) as never))
    await this.saveNow()
  }

  async end(state: Exclude<StoredState, 'RUNNING'>, finishedAt: number): Promise<void> {
    if (this.#run.state === state) return
    this.#run = { ...this.#run, state, finishedAt }
    const word = state === 'FINISHED' ? 'finished' : state === 'CRASHED' ? 'crashed' : 'aborted'
    const error = word === 'finished' ? undefined : { name: 'Error', message: this.#error ?? `The run ${word}.` }
    await this.#append(
      encodeRecord({
        type: 'finish',
        time: finishedAt,
        state: word,
        ...(error && { error, cause: { type: 'reported' } }),
        duration: Math.max(0, finishedAt - this.#run.createdAt),
        steps: this.#steps,
        ...(this.#lastStep !== undefined && { lastStep: this.#lastStep }),
        losses: {},
      }),
    )
    await this.saveNow()
  }

  change(change: Partial<StoredRun>): void {
    this.#run = { ...this.#run, ...change }
    this.#soon()
  }

  /** Reads the journal, letting others work meanwhile. */
  async read(types: readonly JournalRecord['type'][], each: (record: JournalRecord) => void): Promise<void> {
    const cursor = new JournalCursor(join(this.dir, JOURNAL_FILE), { only: new Set(types) })
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
    await this.#appender.release(join(this.dir, JOURNAL_FILE))
    await rename(this.dir, `${this.dir}.deleted`).catch(() => {})
  }

  async saveNow(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#saver.save()
  }

  async #append(text: string): Promise<void> {
    await this.#appender.append(join(this.dir, JOURNAL_FILE), text)
    this.#size += Buffer.byteLength(text)
    if (this.#run.empty && this.#lastStep !== undefined) this.#run = { ...this.#run, empty: false }
    this.#soon()
  }

  /** Old clients name media without the folder that they are in; short texts are texts. */
  async #placeOf(path: string): Promise<string> {
    if (/^(?:media|files)\//.test(path) || !/^[^/]+\/[^/]+\.\w+$/.test(path)) return path
    const inMedia = `media/${path}`
    return (await exists(join(this.dir, inMedia))) ? inMedia : path
  }

  #newColumn(key: string, type: string, step: number, time: number): string {
    const index = this.#numbers.get(key) ?? this.#numbers.size
    this.#numbers.set(key, index)
    const system = key.startsWith('__swanlab__.') ? 'SYSTEM' : 'CUSTOM'
    this.#columns.set(key, { key, type, class: system, createdAt: time })
    const slash = key.indexOf('/')
    const section = slash > 0 ? key.slice(0, slash) : system === 'SYSTEM' ? 'system' : 'default'
    return encodeRecord({ type: 'column', key, index, kind: kindOf(type), section, step, time })
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#saver.save().catch(() => {})
    }, INDEX_DELAY).unref()
  }

  #writeIndex(): Promise<void> {
    const index: Index = {
      run: this.#run,
      columns: this.columns.slice(),
      scalar: [...this.#scalar],
      media: [...this.#media],
      line: this.#line,
      steps: this.#steps,
      lastStep: this.#lastStep,
      error: this.#error,
      size: this.#size,
    }
    return writeJson(join(this.dir, INDEX_FILE), index)
  }

  /** What was written after the index: the server was killed. */
  async #catchUp(): Promise<void> {
    const path = join(this.dir, JOURNAL_FILE)
    const { size } = await stat(path).catch(() => ({ size: 0 }))
    if (size <= this.#size) return
    const cursor = new JournalCursor(path, { from: this.#size })
    for (const record of cursor.read()) this.#relearn(record)
    const { position } = cursor
    cursor.close()
    // Half a line at the end: what comes next begins on a line of its own.
    if (position < size) await this.#appender.append(path, '\n')
    this.#size = position < size ? size + 1 : size
  }

  #relearn(record: JournalRecord): void {
    switch (record.type) {
      case 'log':
        for (const key of Object.keys(record.data))
          this.#scalar.set(key, Math.max(this.#scalar.get(key) ?? 0, record.step))
        if (this.#lastStep === undefined || record.step > this.#lastStep) {
          this.#lastStep = record.step
          this.#steps++
        }
        this.#run = { ...this.#run, empty: false }
        break
      case 'media':
        this.#media.set(record.key, Math.max(this.#media.get(record.key) ?? 0, record.step))
        break
      case 'console':
        this.#line = Math.max(this.#line, record.line)
        if (record.level === 'error') this.#error = record.text
        break
      case 'column':
        {
          this.#numbers.set(record.key, record.index)
          const system = record.key.startsWith('__swanlab__.') ? 'SYSTEM' : 'CUSTOM'
          this.#columns.set(record.key, {
            key: record.key,
            type: typeOf(record.kind),
            class: system,
            createdAt: record.time,
          })
        }
        break
      default:
    }
  }
}

/** What a file is, by its name, until somebody says. */
function guessType(path: string): string {
  if (!path.startsWith('media/')) return 'TEXT'
  if (/\.(?:png|jpe?g|gif|bmp|webp)$/i.test(path)) return 'IMAGE'
  if (/\.(?:wav|mp3|flac|ogg)$/i.test(path)) return 'AUDIO'
  if (/\.(?:mp4|webm)$/i.test(path)) return 'VIDEO'
  if (/\.html?$/i.test(path)) return 'HTML'
  if (/\.pdb$/i.test(path)) return 'MOLECULE'
  if (/\.(?:glb|pts\.json)$/i.test(path)) return 'OBJECT3D'
  return /\.json$/i.test(path) ? 'ECHARTS' : 'TEXT'
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function present<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== null && member !== undefined),
  ) as Partial<T>
}
