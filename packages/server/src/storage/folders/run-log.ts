import { encodeLog, encodeRecord } from '@swanlab/journal'
import type { ColumnDefinition, LogLine, MediaPoint, ScalarPoint, SeriesDefinition } from '../interfaces.ts'
import { nameOf } from './files.ts'
import { classOf, sectionOf, type RunIndex } from './run-index.ts'
import type { RunJournal } from './run-journal.ts'
import { kindOf, type Entry, type ServerMembers } from './run-record.ts'

/** Keys of one record, so that no line becomes longer than a reader takes. */
const MAX_KEYS = 5_000
const MEDIA_TYPES: readonly (readonly [RegExp, string])[] = [
  [/\.(?:png|jpe?g|gif|bmp|webp)$/i, 'IMAGE'],
  [/\.(?:wav|mp3|flac|ogg)$/i, 'AUDIO'],
  [/\.(?:mp4|webm)$/i, 'VIDEO'],
  [/\.html?$/i, 'HTML'],
  [/\.pdb$/i, 'MOLECULE'],
  [/\.(?:glb|pts\.json)$/i, 'OBJECT3D'],
  [/\.json$/i, 'ECHARTS'],
]

type Definitions = (key: string) => SeriesDefinition | undefined

/** What clients log, as records. The index is updated once it is on the disk, so that it never promises too much. */
export class RunLog {
  readonly #dir: string
  readonly #journal: RunJournal
  readonly #index: RunIndex
  readonly #changed: () => void

  /** @param changed - Called when the index says something new. */
  constructor(dir: string, journal: RunJournal, index: RunIndex, changed: () => void) {
    this.#dir = dir
    this.#changed = changed
    this.#journal = journal
    this.#index = index
  }

  async appendScalars(points: readonly ScalarPoint[], definedAs: Definitions): Promise<void> {
    let text = ''
    const declared: string[] = []
    for (const { key, time, index } of points) {
      if (this.#index.columns.has(key)) continue
      text += this.#declare(key, 'FLOAT', index, time, definedAs(key))
      declared.push(key)
    }
    const records: Entry[] = []
    for (let at = 0; at < points.length;) {
      const { index: step, time } = points[at]!
      const data = Object.create(null) as { [key: string]: number }
      for (const end = at + MAX_KEYS; at < points.length && at < end; at++) {
        const point = points[at]!
        if (point.index !== step || point.time !== time || point.key in data) break
        data[point.key] = point.data
      }
      records.push({ type: 'log', step, time, data })
      text += encodeLog({ step, time, data })
    }
    await this.#append(text, records, declared)
  }

  async appendMedia(points: readonly MediaPoint[], definedAs: Definitions): Promise<void> {
    const places: string[][] = []
    // One point after the other: what asks the disk waits in one queue with what writes to it.
    for (const { data } of points) places.push(await Promise.all(data.map((path) => this.#placeOf(path))))
    let text = ''
    const declared: string[] = []
    const records = points.map(({ key, index: step, time, more }, at) => {
      const data = places[at]!
      if (!this.#index.columns.has(key)) {
        text += this.#declare(key, guessType(data[0] ?? ''), step, time, definedAs(key))
        declared.push(key)
      }
      const record = { type: 'media', key, step, time, data, ...(more && { more: more as never }) } as const
      text += encodeRecord(record)
      return record
    })
    await this.#append(text, records, declared)
  }

  async appendLines(lines: readonly LogLine[]): Promise<void> {
    const records = lines.map(({ epoch, level: given, message, time }) => {
      const level = given === 'ERROR' ? 'error' : given === 'WARN' ? 'warn' : 'info'
      return { type: 'console', line: epoch, level, text: message, time } as const
    })
    await this.#append(records.map(encodeRecord).join(''), records)
  }

  /** The first name and section that were declared stay; a type that was guessed from values is corrected. */
  async defineColumns(columns: readonly Omit<ColumnDefinition, 'createdAt'>[], now: number): Promise<void> {
    const declared = new Map<string, Omit<ColumnDefinition, 'createdAt'>>()
    for (const column of columns) {
      const known = declared.get(column.key) ?? this.#index.columns.get(column.key)
      const name = known?.name ?? column.name
      const sectionName = known?.sectionName ?? column.sectionName
      declared.set(column.key, { ...column, ...(name && { name }), ...(sectionName && { sectionName }) })
    }
    const records = Array.from(declared.values())
      .filter((column) => !isSame(column, this.#index.columns.get(column.key)))
      .map((column) => this.#columnRecord(column.key, column.type, 0, now, column))
    await this.#append(records.map(encodeRecord).join(''), records)
  }

  /** @param declared - Keys of the columns in the text. */
  async #append(text: string, records: readonly Entry[], declared: readonly string[] = []): Promise<void> {
    if (text === '') return
    let written: number
    try {
      written = await this.#journal.append(text)
    } catch (error) {
      // Whoever comes back with the same is to declare them again.
      for (const key of declared) this.#index.columns.delete(key)
      throw error
    } finally {
      for (const key of declared) this.#index.undeclared.delete(key)
    }
    for (const record of records) this.#index.add(record)
    this.#index.size += written
    this.#changed()
  }

  /** Old clients name media without the folder that they are in; short texts are texts. */
  async #placeOf(path: string): Promise<string> {
    return /^(?:media|files)\//.test(path) || /^[^/]+\/[^/]+\.\w+$/.test(path)
      ? ((await nameOf(this.#dir, path)) ?? path)
      : path
  }

  /** Takes note of a column at once: the next request is not to declare it again. */
  #declare(key: string, guess: string, step: number, time: number, defined: SeriesDefinition | undefined): string {
    const { type = guess, sectionName } = defined ?? {}
    const record = this.#columnRecord(key, type, step, time, defined && { type, ...(sectionName && { sectionName }) })
    this.#index.undeclared.add(key)
    this.#index.add(record)
    return encodeRecord(record)
  }

  #columnRecord(key: string, type: string, step: number, time: number, defined: ServerMembers['defined']) {
    const { class: kind = classOf(key), name, sectionName } = defined ?? {}
    return {
      type: 'column',
      key,
      index: this.#index.numberOf(key),
      kind: kindOf(type),
      section: sectionName ?? sectionOf(key),
      step,
      time,
      ...(defined && { defined: { type, class: kind, name, sectionName } }),
    } as const
  }
}

function isSame(column: Omit<ColumnDefinition, 'createdAt'>, known: ColumnDefinition | undefined): boolean {
  return (['type', 'class', 'name', 'sectionName'] as const).every((member) => column[member] === known?.[member])
}

/** What a file is, by its name, until a client declares it. Short texts are no files. */
function guessType(path: string): string {
  return (path.startsWith('media/') && MEDIA_TYPES.find(([name]) => name.test(path))?.[1]) || 'TEXT'
}
