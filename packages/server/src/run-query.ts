import { z } from 'zod'
import { iso } from './context.ts'
import { ApiError } from './errors.ts'
import { orderOf } from './reads/order.ts'
import type { Work } from './reads/work.ts'
import { isDate, isStable, type Value } from './run-fields.ts'
import { wireNumber } from './statistics.ts'
import type { StoredRun } from './storage/interfaces.ts'

const MAX_FILTERS = 50
const MAX_ORDERS = 10
/** Values of one filter, and of all together. */
const MAX_VALUES = 1_000
/** Characters of a value that count. */
const MAX_TEXT = 4_096
const column = z
  .object({
    key: z.string().min(1).max(1_024),
    type: z.enum(['STABLE', 'CONFIG', 'SCALAR']),
    active: z.boolean().default(true),
  })
  .refine(({ type, key }) => type !== 'STABLE' || isStable(key), { error: 'no field of runs', path: ['key'] })
/** The oldest clients send values as they are, newer ones as text. */
const givenValue = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .transform((one) => String(one ?? '').slice(0, MAX_TEXT))
const listOf = <T extends z.ZodType>(item: T, most: number) =>
  z
    .array(item)
    .max(most)
    .nullish()
    .transform((list) => list ?? [])

interface Column {
  readonly key: string
  readonly type: 'STABLE' | 'CONFIG' | 'SCALAR'
  readonly active: boolean
}

interface Filter extends Column {
  readonly op: 'EQ' | 'NEQ' | 'GTE' | 'LTE' | 'IN' | 'NOT IN' | 'CONTAIN'
  readonly value: readonly string[]
}

/** What clients ask of the runs of a project. All filters must hold; what is not `active` does not count. */
export interface RunQuery {
  readonly filters: readonly Filter[]
  readonly groups: readonly Column[]
  readonly sorts: readonly (Column & { readonly order: 'ASC' | 'DESC' })[]
}

export const runQuery: z.ZodType<RunQuery> = z.object({
  filters: listOf(
    column.safeExtend({
      op: z.enum(['EQ', 'NEQ', 'GTE', 'LTE', 'IN', 'NOT IN', 'CONTAIN']),
      value: z.array(givenValue).max(MAX_VALUES),
    }),
    MAX_FILTERS,
  ).refine((filters) => filters.reduce((sum, { value }) => sum + value.length, 0) <= MAX_VALUES, {
    error: `more than ${MAX_VALUES} values`,
  }),
  groups: listOf(column, MAX_ORDERS),
  sorts: listOf(column.safeExtend({ order: z.enum(['ASC', 'DESC']) }), MAX_ORDERS),
})

/** A run, and what the query asks of it. */
interface Row {
  readonly run: StoredRun
  readonly groups: readonly string[]
  readonly sorts: readonly Value[]
}

/** Runs in a list, or in lists by group. */
export type Selected = readonly StoredRun[] | { readonly [group: string]: Selected }

export interface RunFields {
  /** What is known of a run without reading what it logged. */
  readonly field: (run: StoredRun, type: 'STABLE' | 'CONFIG', key: string) => Value
  /** Last values of some keys of a run. */
  readonly scalars: (run: StoredRun, keys: ReadonlySet<string>) => Promise<ReadonlyMap<string, number>>
}

/**
 * The runs that a query wants, the newest first where it does not say: in a list, or in lists by group, one group in the
 * other.
 *
 * @throws ApiError 400 when a filter compares dates with what is none.
 */
export async function select(
  runs: readonly StoredRun[],
  query: RunQuery,
  { field, scalars }: RunFields,
  work: Work,
): Promise<Selected> {
  const [filters, groups, sorts] = [
    query.filters.filter(isActive),
    query.groups.filter(isActive),
    query.sorts.filter(isActive),
  ]
  const keys = new Set([...filters, ...groups, ...sorts].flatMap(({ type, key }) => (type === 'SCALAR' ? [key] : [])))
  const tests = filters.map((filter) => ({ filter, passes: testOf(filter) }))
  const rows: Row[] = []
  for (const run of runs) {
    if (work.due) await work.pause()
    const last = keys.size > 0 ? await scalars(run, keys) : undefined
    const valueOf = ({ type, key }: Column): Value =>
      type === 'SCALAR' ? last?.get(key) : clipped(field(run, type, key))
    if (!tests.every(({ filter, passes }) => passes(valueOf(filter)))) continue
    const row = { run, groups: groups.map((one) => textOf(valueOf(one))), sorts: sorts.map(valueOf) }
    for (const text of [...row.groups, ...row.sorts]) if (typeof text === 'string') work.hold(2 * text.length)
    rows.push(row)
  }
  const ways = sorts.map(({ order }) => (order === 'ASC' ? 1 : -1))
  const order = (a: Row, b: Row): number => {
    for (const [at, way] of ways.entries()) {
      const by = compare(a.sorts[at], b.sorts[at], way)
      if (by !== 0) return by
    }
    return b.run.createdAt - a.run.createdAt
  }
  const places = await orderOf(rows.length, (a, b) => order(rows[a]!, rows[b]!), work)
  return grouped(
    Array.from(places, (at) => rows[at]!),
    0,
    groups.length,
    work,
  )
}

const isActive = ({ active }: { active: boolean }): boolean => active

async function grouped(rows: readonly Row[], level: number, levels: number, work: Work): Promise<Selected> {
  if (level === levels) return rows.map(({ run }) => run)
  const parts = new Map<string, Row[]>()
  for (const row of rows) {
    const name = row.groups[level]!
    const part = parts.get(name)
    if (part) part.push(row)
    else parts.set(name, [row])
    if (work.due) await work.pause()
  }
  const groups: [string, Selected][] = []
  for (const [name, part] of parts) groups.push([name, await grouped(part, level + 1, levels, work)])
  return Object.fromEntries(groups)
}

/** Of a long text the beginning counts. */
function clipped(value: Value): Value {
  return typeof value === 'string' && value.length > MAX_TEXT ? value.slice(0, MAX_TEXT) : value
}

function testOf({ key, type, op, value: values }: Filter): (value: Value) => boolean {
  const date = type === 'STABLE' && isDate(key) && op !== 'CONTAIN'
  const given = values.length > 0 ? values.map((text) => (date && text !== '' ? dateOf(text) : text)) : ['']
  const isOneOf = (item: Value): boolean => given.some((one) => isEqual(item, one))
  const equals = (found: Value): boolean => (Array.isArray(found) ? isSameList(found, given) : isOneOf(found))
  switch (op) {
    case 'EQ':
      return equals
    case 'NEQ':
      return (found) => !equals(found)
    case 'IN':
      return (found) => itemsOf(found).some(isOneOf)
    case 'NOT IN':
      return (found) => !itemsOf(found).some(isOneOf)
    case 'CONTAIN':
      return (found) => {
        const items = itemsOf(found).map((item) => textOf(item).toLowerCase())
        return given.some((one) => items.some((item) => item.includes(one.toLowerCase())))
      }
    case 'GTE':
    case 'LTE': {
      const limit = numberOf(given[0]) ?? given[0]!
      return (found) => {
        if (found === undefined || found === '') return false
        const place = typeof limit === 'number' ? numberOf(found) : textOf(found)
        return place !== undefined && (op === 'GTE' ? place >= limit : place <= limit)
      }
    }
  }
}

/** As runs have it. @throws ApiError 400 */
function dateOf(text: string): string {
  const time = Date.parse(text)
  if (Number.isNaN(time)) throw new ApiError(400, 'Bad_Request', `${JSON.stringify(text)} is not a date`)
  return iso(time)
}

const itemsOf = (value: Value): readonly Value[] => (Array.isArray(value) ? (value.length > 0 ? value : ['']) : [value])

function isSameList(found: readonly string[], given: readonly string[]): boolean {
  return textOf(found) === (given.length === 1 ? given[0] : textOf(given))
}

function isEqual(found: Value, text: string): boolean {
  if (textOf(found) === text) return true
  const [left, right] = [numberOf(found), numberOf(text)]
  return left !== undefined && left === right
}

/** What is not there comes last, whichever way the others go. */
function compare(a: Value, b: Value, way: 1 | -1): number {
  const [left, right] = [a, b].map((value) => (value === undefined || Number.isNaN(value) ? '' : value))
  if (left === '' || right === '') return left === right ? 0 : left === '' ? 1 : -1
  const [one, other] = [numberOf(left), numberOf(right)]
  if (one !== undefined && other !== undefined) return way * (one - other)
  const [text, otherText] = [textOf(left), textOf(right)]
  return way * (text < otherText ? -1 : text > otherText ? 1 : 0)
}

function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : value
  if (typeof value !== 'string' || value.trim() === '') return undefined
  const number = Number(value)
  return Number.isNaN(number) ? undefined : number
}

function textOf(value: Value): string {
  if (Array.isArray(value)) return value.toSorted().join(', ')
  return String(typeof value === 'number' ? wireNumber(value) : (value ?? ''))
}
