import { z } from 'zod'
import { iso } from './context.ts'
import { ApiError } from './errors.ts'
import { fieldOf, isDate, isStable, type Value } from './run-fields.ts'
import { wireNumber } from './statistics.ts'
import type { ScalarPoint, StoredRun } from './storage/interfaces.ts'

const MAX_ITEMS = 50
const column = z
  .object({
    key: z.string().min(1).max(1_024),
    type: z.enum(['STABLE', 'CONFIG', 'SCALAR']),
    active: z.boolean().default(true),
  })
  .refine(({ type, key }) => type !== 'STABLE' || isStable(key), { error: 'no field of runs', path: ['key'] })
/** The oldest clients send values as they are, newer ones as text. */
const givenValue = z.union([z.string(), z.number(), z.boolean(), z.null()]).transform((one) => String(one ?? ''))
const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .max(MAX_ITEMS)
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
      value: z.array(givenValue).max(1_000),
    }),
  ),
  groups: listOf(column),
  sorts: listOf(column.safeExtend({ order: z.enum(['ASC', 'DESC']) })),
})

/** A run, and what clients read of it. */
interface Row {
  readonly run: StoredRun
  readonly view: object
}

/** Last value of each key. */
type Scalars = ReadonlyMap<string, number>
type Fields = (row: Row, column: Column) => Value

/**
 * The runs that a query wants, the newest first where it does not say: in a list, or in lists by group, one group in the
 * other.
 *
 * @param scalars - Points of some keys of a run, by its cuid.
 * @throws ApiError 400 when a filter compares dates with what is none.
 */
export async function select(
  rows: readonly Row[],
  query: RunQuery,
  scalars: (cuid: string, keys: ReadonlySet<string>) => Promise<ReadonlyMap<string, readonly ScalarPoint[]>>,
): Promise<unknown> {
  const [filters, groups, sorts] = [
    query.filters.filter(isActive),
    query.groups.filter(isActive),
    query.sorts.filter(isActive),
  ]
  const keys = new Set([...filters, ...groups, ...sorts].flatMap(({ type, key }) => (type === 'SCALAR' ? [key] : [])))
  const last = new Map<string, Scalars>()
  if (keys.size > 0) for (const { run } of rows) last.set(run.cuid, lastOf(await scalars(run.cuid, keys)))
  const field: Fields = ({ run, view }, { type, key }) =>
    type === 'SCALAR' ? last.get(run.cuid)?.get(key) : fieldOf(run, view, type, key)
  const tests = filters.map((filter) => ({ filter, passes: testOf(filter) }))
  const wanted = rows.filter((row) => tests.every(({ filter, passes }) => passes(field(row, filter))))
  const order = (a: Row, b: Row): number => {
    for (const sort of sorts) {
      const by = compare(field(a, sort), field(b, sort), sort.order === 'ASC' ? 1 : -1)
      if (by !== 0) return by
    }
    return b.run.createdAt - a.run.createdAt
  }
  return grouped(wanted.toSorted(order), groups, field)
}

const isActive = ({ active }: { active: boolean }): boolean => active

function lastOf(points: ReadonlyMap<string, readonly ScalarPoint[]>): Scalars {
  return new Map(Array.from(points, ([key, series]) => [key, series.at(-1)?.data ?? Number.NaN]))
}

function grouped(rows: readonly Row[], [group, ...rest]: readonly Column[], field: Fields): unknown {
  if (!group) return rows.map(({ view }) => view)
  const parts = new Map<string, Row[]>()
  for (const row of rows) {
    const name = textOf(field(row, group))
    const part = parts.get(name)
    if (part) part.push(row)
    else parts.set(name, [row])
  }
  return Object.fromEntries(Array.from(parts, ([name, part]) => [name, grouped(part, rest, field)]))
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
      return (found) =>
        given.some((one) => itemsOf(found).some((item) => textOf(item).toLowerCase().includes(one.toLowerCase())))
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
