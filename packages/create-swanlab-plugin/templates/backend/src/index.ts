import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Alert,
  checkOptions,
  type ColumnInfo,
  type ConsoleLine,
  type EarlierRecord,
  type InitInfo,
  type InitPatch,
  type LogRecord,
  type MediaDraft,
  type MediaRecord,
  type OptionChecks,
  type Outcome,
  type RunInfo,
  type RuntimeInfo,
  SwanKitCallback,
} from '@swanlab/core'

/** Options of a {@link MyBackend}. */
export interface MyBackendOptions {
  /** Folder of all runs. It is made when it is not there. */
  readonly folder: string
}

const CHECKS: OptionChecks<MyBackendOptions> = {
  folder: ['a path', (value) => typeof value === 'string' && value !== '', { required: true }],
}

/** Keeps a run in a file of JSON lines. What was logged is in it when `log()` returns, and a run can be resumed. */
export class MyBackend extends SwanKitCallback<MyBackendOptions> {
  // Called first, in the very turn in which something happens, and never switched off.
  override readonly immediate = true
  #path = ''
  #lost = 0

  constructor(options: MyBackendOptions) {
    checkOptions('MyBackend', options, CHECKS)
    super(options)
  }

  override onInit({ id, resume, experimentName }: InitInfo): InitPatch {
    this.#path = join(this.options.folder, id)
    const earlier = resume ? readRecords(`${this.#path}.jsonl`) : []
    // Without an earlier part, init() refuses `resume: 'must'`.
    if (earlier.length === 0) return { mode: 'jsonl' }
    const header = earlier.find(({ type }) => type === 'header') as { experimentName?: string } | undefined
    return { mode: 'jsonl', resumed: true, experimentName: experimentName ?? header?.experimentName, earlier }
  }

  /** Everybody has agreed: nothing may be written before. */
  override onOpen({ project, experimentName, config }: RunInfo): void {
    mkdirSync(this.#path, { recursive: true })
    this.#keep('header', { project, experimentName })
    this.#keep('config', { config })
  }

  override onRuntimeInfoUpdate({ config }: RuntimeInfo): void {
    if (config) this.#keep('config', { config })
  }

  override onColumnCreate(column: ColumnInfo): void {
    this.#keep('column', column)
  }

  override onLog(record: LogRecord): void {
    this.#keep('log', record)
  }

  override onAlert(alert: Alert): void {
    this.#keep('alert', alert)
  }

  override onConsole(line: ConsoleLine): void {
    this.#keep('console', line)
  }

  /** Called before anybody gets the record of what was logged. Keys are hostile: they do not go into paths. */
  override storeMedia({ key, step, time, items }: MediaDraft): MediaRecord {
    const data = items.map(({ bytes, extension }) => {
      const name = `${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}.${extension}`
      writeFileSync(join(this.#path, name), bytes)
      return name
    })
    return { key, step, time, data, more: items.map(({ more }) => more) }
  }

  override onMedia(media: MediaRecord): void {
    this.#keep('media', media)
  }

  override onStop({ state, cause, losses }: Outcome): void {
    this.#keep('finish', { state, cause, losses })
  }

  /** Records that could not be kept; they are in the outcome of the run. */
  override lost(): number {
    return this.#lost
  }

  #keep(type: string, body: object): void {
    try {
      // The line break is in front: a line that was cut off by a power failure does not spoil the next one.
      appendFileSync(`${this.#path}.jsonl`, `\n${JSON.stringify({ ...body, type }, finiteOrWord)}`)
    } catch (error) {
      this.#lost++
      throw error
    }
  }
}

function readRecords(path: string): EarlierRecord[] {
  if (!existsSync(path)) return []
  const records = readFileSync(path, 'utf8').split('\n').flatMap(parsed)
  // Every record of the configuration has all of it.
  const config = records.findLast(({ type }) => type === 'config')
  return [...records.filter(({ type }) => type !== 'config'), ...(config ? [config] : [])]
}

function parsed(line: string): EarlierRecord[] {
  try {
    const record = JSON.parse(line) as EarlierRecord
    if (record.type !== 'log') return [record]
    const data = Object.entries<unknown>(record.data).map(([key, value]) => [key, Number(value)])
    return [{ ...record, data: Object.fromEntries(data) as LogRecord['data'] }]
  } catch {
    return []
  }
}

/** JSON has no word for these numbers. */
function finiteOrWord(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}
