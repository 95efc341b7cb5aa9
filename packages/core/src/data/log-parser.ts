import type { ParsedLog, Parser } from './parser.ts'
import type { MediaDraft } from '../contract/media.ts'
import type { EarlierRecord, LogRecord, Losses, MetricInfo, MetricSummary } from '../contract/payloads.ts'
import type { Report } from '../text/reporter.ts'
import { Columns } from './columns.ts'
import { cleanKey, shown } from './key.ts'
import { MediaParser } from './media-parser.ts'
import { readData, readMember, readNames, type MediaList } from './nested.ts'
import { Problems } from './problems.ts'
import { RedactedKeys } from './redacted-keys.ts'
import { Series } from './series.ts'
import { OPEN, type Redactor } from '../text/redactor.ts'

/** Levels of nesting in one `log()` call. */
const MAX_DEPTH = 16
/** Members that one `log()` call may hold, however they are nested: shared objects multiply. */
const MAX_MEMBERS = 100_000
/** Spellings of keys that are remembered beside the keys themselves. */
const MAX_SPELLINGS = 10_000

/** Highest step that can be given. Automatic ones go on above it, and stay below the 2^48 that SwanLab's server takes. */
const MAX_STEP = 2 ** 47

const NOTHING: readonly object[] = []
const NO_MEDIA: readonly MediaDraft[] = Object.freeze([])
const NO_METRICS: readonly MetricInfo[] = Object.freeze([])

/** One `log()` call while it is being read. */
interface Call {
  readonly step: number
  readonly time: number
  readonly row: Record<string, number>
  media: MediaDraft[] | undefined
  members: number
}

/** Turns `log()` calls into records. Its memory depends on the number of keys, not on that of steps. */
export class LogParser implements Parser {
  readonly #problems: Problems
  /** By key as the user writes it: after the first time, one lookup answers everything. */
  readonly #bySpelling = new Map<string, Series>()
  readonly #series = new Map<string, Series>()
  readonly #columns = new Columns()
  readonly #keys: RedactedKeys
  readonly #media: MediaParser
  #nextStep = 0
  #steps = 0

  /** @param redactor - Takes out of keys and texts what must not be recorded. */
  constructor(report: Report, redactor: Redactor = OPEN) {
    this.#problems = new Problems(report)
    this.#keys = new RedactedKeys(redactor)
    this.#media = new MediaParser(this.#columns, this.#problems, redactor)
  }

  get steps(): number {
    return this.#steps
  }

  get lastStep(): number | undefined {
    return this.#nextStep > 0 ? this.#nextStep - 1 : undefined
  }

  parse(data: unknown, step: unknown, time: number, metrics: boolean): ParsedLog | undefined {
    const read = readData(data)
    if ('problem' in read) {
      this.#refuse('', read.problem)
      return undefined
    }
    const at = step === undefined || step === null ? this.#nextStep : this.#explicit(step)
    const call: Call = { step: at, time, row: {}, media: undefined, members: 0 }
    if (this.#collect(read.group, '', call, NOTHING) === 0) return undefined
    if (at >= this.#nextStep) this.#nextStep = at + 1
    this.#steps++
    const record = Object.freeze({ step: at, time, data: Object.freeze(call.row) })
    return {
      record,
      // Those of a call inside this one, too, should it have refused to be recorded: what is read may log.
      columns: this.#columns.takeNews(),
      media: call.media ?? NO_MEDIA,
      metrics: metrics ? this.metricsOf(record) : NO_METRICS,
    }
  }

  metricsOf({ step, time, data }: LogRecord): readonly MetricInfo[] {
    return Object.entries(data).map(([key, value]) => {
      const series = this.#series.get(key)!
      return Object.freeze({ column: series.column, step, time, value, summary: series.summary() })
    })
  }

  restore(record: EarlierRecord): void {
    switch (record.type) {
      case 'column':
        return this.#columns.restore(record)
      case 'log':
        this.#restoreLog(record)
        return this.#restoreStep(record.step)
      case 'media':
        this.#media.restore(record.key, record.step)
        return this.#restoreStep(record.step)
      case 'step':
        return this.#restoreStep(record.step)
    }
  }

  #restoreStep(step: number): void {
    if (step >= this.#nextStep) this.#nextStep = step + 1
  }

  #restoreLog({ step, time, data }: LogRecord): void {
    for (const [key, value] of Object.entries(data)) this.#seriesOf(key, step, time).add(step, value)
    this.#columns.takeNews()
    this.#steps++
  }

  summary(): Readonly<Record<string, MetricSummary>> {
    return Object.freeze(Object.fromEntries(Array.from(this.#series, ([key, series]) => [key, series.summary()])))
  }

  losses(): Losses {
    return this.#problems.losses()
  }

  /** @returns the number of values accepted. @param above - The objects that hold this one. */
  #collect(data: object, prefix: string, call: Call, above: readonly object[]): number {
    const names = readNames(data)
    if ('problem' in names) return this.#refuse(prefix, names.problem)
    call.members += names.length
    if (call.members > MAX_MEMBERS) return this.#refuse(prefix, `more than ${MAX_MEMBERS} values in one call`)
    let count = 0
    for (const name of names) {
      const key = prefix === '' ? name : `${prefix}/${name}`
      const read = readMember(data, name)
      if (typeof read === 'number') count += this.#put(key, read, call)
      else if ('media' in read) count += this.#putMedia(key, read, call)
      else if ('problem' in read) this.#refuse(key, read.problem)
      else if (above.includes(read.group) || read.group === data) this.#refuse(key, 'an object that holds itself')
      else if (above.length === MAX_DEPTH) this.#refuse(key, `objects nested more than ${MAX_DEPTH} levels deep`)
      else count += this.#collect(read.group, key, call, [...above, data])
    }
    return count
  }

  #refuse(key: string, what: string): 0 {
    const takes = key === '' ? 'log() takes an object of numbers by key' : `"${this.#keys.shown(key)}" takes a number`
    this.#problems.lostValue(key, `${takes}, but got ${what}. Ignored.`)
    return 0
  }

  /** Number of values added to the row: 0 or 1. */
  #put(spelling: string, value: number, call: Call): 0 | 1 {
    const series = this.#bySpelling.get(spelling) ?? this.#resolve(spelling, call)
    if (series === undefined) return 0
    const { key } = series.column
    if (series.add(call.step, value)) {
      call.row[key] = value
      return 1
    }
    this.#problems.lostDuplicate(
      key,
      `"${shown(key)}": step ${call.step} has been used before. The first value stands.`,
    )
    return 0
  }

  /** Number of keys that got media: 0 or 1. */
  #putMedia(spelling: string, list: MediaList, call: Call): 0 | 1 {
    const key = this.#keyOf(spelling)
    const draft = key === undefined ? undefined : this.#media.draft(key, list, call.step, call.time)
    if (draft === undefined) return 0
    ;(call.media ??= []).push(draft)
    return 1
  }

  #resolve(spelling: string, { step, time }: Call): Series | undefined {
    const key = this.#keyOf(spelling)
    if (key === undefined) return undefined
    const kind = this.#columns.kindOf(key) ?? 'scalar'
    if (kind !== 'scalar') {
      this.#problems.lostValue(key, `"${shown(key)}" takes media of kind "${kind}", but got a number. Ignored.`)
      return undefined
    }
    const series = this.#seriesOf(key, step, time)
    if (spelling === key || this.#bySpelling.size < MAX_SPELLINGS) this.#bySpelling.set(spelling, series)
    return series
  }

  #keyOf(spelling: string): string | undefined {
    const redacted = this.#keys.of(spelling)
    const clean = cleanKey(redacted)
    if ('problem' in clean) {
      this.#problems.lostValue(spelling, `Key "${shown(redacted)}" ${clean.problem}. Its values are ignored.`)
      return undefined
    }
    if (clean.changed) this.#problems.reportOnce(`key ${spelling}`, `Key "${shown(redacted)}" is ${clean.changed}.`)
    return clean.key
  }

  #seriesOf(key: string, step: number, time: number): Series {
    const known = this.#series.get(key)
    if (known) return known
    const series = new Series(this.#columns.of(key, 'scalar', step, time))
    this.#series.set(key, series)
    return series
  }

  #explicit(step: unknown): number {
    const checked = checkStep(step)
    if (typeof checked === 'number') return checked
    this.#problems.reportOnce(
      'step',
      `"step" takes a whole number from 0 to 2^47, but got ${checked.problem}. An automatic step is used.`,
    )
    return this.#nextStep
  }
}

/** The step in what a user gave, or what is wrong with it. */
function checkStep(step: unknown): number | { readonly problem: string } {
  if (typeof step === 'bigint') return checkStep(Number(step))
  if (typeof step !== 'number') return { problem: `a ${typeof step}` }
  if (!Number.isInteger(step) || step < 0) return { problem: String(step) }
  if (step > MAX_STEP) return { problem: `${step}, above 2^47` }
  return step === 0 ? 0 : step
}
