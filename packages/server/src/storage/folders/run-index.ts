import type { ColumnDefinition, StoredRun, StoredState } from '../interfaces.ts'
import { typeOf, wireConfig, type Entry } from './run-record.ts'

/** An index as it lies beside its journal. */
export interface IndexFile {
  run: StoredRun
  columns: ColumnDefinition[]
  scalar: [string, number][]
  media: [string, number][]
  line: number
  steps: number
  lastStep: number | undefined
  error: string | undefined
  /** Bytes of the journal that this index covers. */
  size: number
}

const STATES: Readonly<Record<string, StoredState>> = { finished: 'FINISHED', crashed: 'CRASHED', aborted: 'ABORTED' }

/** What is known of a run without reading its journal, which tells it again should this be lost. */
export class RunIndex {
  run: StoredRun
  readonly columns: Map<string, ColumnDefinition> = new Map()
  readonly scalar: Map<string, number> = new Map()
  readonly media: Map<string, number> = new Map()
  line = 0
  steps = 0
  lastStep: number | undefined
  /** The last line that tells of a failure. */
  error: string | undefined
  size = 0
  /** Columns whose declaration is on its way to the disk. */
  readonly undeclared: Set<string> = new Set()
  readonly #numbers = new Map<string, number>()

  constructor(run: StoredRun) {
    this.run = run
  }

  static from(file: IndexFile): RunIndex {
    const index = new RunIndex(file.run)
    for (const column of file.columns) {
      index.numberOf(column.key)
      index.columns.set(column.key, column)
    }
    for (const [key, step] of file.scalar) index.scalar.set(key, step)
    for (const [key, step] of file.media) index.media.set(key, step)
    const { line, steps, lastStep, error, size } = file
    return Object.assign(index, { line, steps, lastStep, error, size })
  }

  toFile(): IndexFile {
    const { run, line, steps, lastStep, error, size } = this
    const columns = Array.from(this.columns.values()).filter(({ key }) => !this.undeclared.has(key))
    return { run, columns, scalar: [...this.scalar], media: [...this.media], line, steps, lastStep, error, size }
  }

  /** Number of a column in the run; a new key gets the next one. */
  numberOf(key: string): number {
    const number = this.#numbers.get(key) ?? this.#numbers.size
    this.#numbers.set(key, number)
    return number
  }

  /** Adds a record. Adding the same one twice changes nothing. */
  add(record: Entry): void {
    switch (record.type) {
      case 'log':
        for (const key in record.data) raise(this.scalar, key, record.step)
        if (this.lastStep === undefined || record.step > this.lastStep) {
          this.lastStep = record.step
          this.steps++
        }
        return this.#fill()
      case 'media':
        raise(this.media, record.key, record.step)
        return this.#fill()
      case 'console':
        if (record.line > this.line) this.line = record.line
        if (record.level === 'error') this.error = record.text
        return this.#fill()
      case 'column':
        return this.#addColumn(record)
      case 'config':
        return this.#know({ config: record.wire ?? wireConfig(record.config, this.run.profile.config) })
      case 'metadata':
        return this.#know({ metadata: record.metadata, ...(record.conda && { conda: record.conda }) })
      case 'requirements':
        return this.#know({ requirements: record.requirements })
      case 'finish':
        this.run = { ...this.run, state: STATES[record.state] ?? 'CRASHED', finishedAt: record.time }
        return
      case 'resume':
        this.run = { ...this.run, state: 'RUNNING', finishedAt: undefined }
        return
      default:
    }
  }

  #addColumn({ key, kind, section, time, defined }: Entry & { type: 'column' }): void {
    this.numberOf(key)
    const known = this.columns.get(key)
    this.columns.set(key, {
      ...known,
      key,
      type: typeOf(kind),
      class: classOf(key),
      createdAt: known?.createdAt ?? time,
      ...(section === sectionOf(key) ? {} : { sectionName: section }),
      ...defined,
    })
  }

  #know(profile: StoredRun['profile']): void {
    this.run = { ...this.run, profile: { ...this.run.profile, ...profile } }
  }

  #fill(): void {
    if (this.run.empty) this.run = { ...this.run, empty: false }
  }
}

/** Columns of the machine are recognized by their key. */
export function classOf(key: string): ColumnDefinition['class'] {
  return key.startsWith('__swanlab__.') ? 'SYSTEM' : 'CUSTOM'
}

/** Where a column stands when nobody says. */
export function sectionOf(key: string): string {
  const slash = key.indexOf('/')
  return slash > 0 ? key.slice(0, slash) : classOf(key) === 'SYSTEM' ? 'system' : 'default'
}

function raise(steps: Map<string, number>, key: string, step: number): void {
  const last = steps.get(key)
  if (last === undefined || last < step) steps.set(key, step)
}
