import { isTime } from '@swanlab/core/internal'
import type { JournalRecord } from './record-types.ts'

type Fields = Record<string, unknown>
type Check = (value: unknown) => boolean
type Members = Readonly<Record<string, Check>>

/** JSON has no words for these; a scalar that is one of them is written as a string. */
const NON_FINITE: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity }
/** Highest step, and highest number of a line, that is read. */
const MAX_COUNT = 2 ** 48
/** Levels of nesting: ten times what is ever written. More would overflow the stack of whoever writes it down again. */
const MAX_DEPTH = 1_000
const LEVELS = ['info', 'warn', 'error']

const isText: Check = (value) => typeof value === 'string'
/** Of an alert that a callback raised. */
const isId: Check = (value) => typeof value === 'string' && value.length <= 64
const isFlag: Check = (value) => typeof value === 'boolean'
const isNumber: Check = (value) => Number.isFinite(value)
/** Steps and numbers of columns. A damaged one must not carry the automatic steps out of their range. */
export const isCount: Check = (value) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_COUNT
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isShallowObject: Check = (value) => isObject(value) && !isTooDeep(value)
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string)
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const object =
  (required: Members, optional: Members = {}): Check =>
  (value) =>
    isObject(value) &&
    Object.entries(required).every(([name, check]) => check(value[name])) &&
    Object.entries(optional).every(([name, check]) => value[name] === undefined || check(value[name]))

const arePlacements = listOf(object({ name: isText, place: oneOf('live', 'resident') }, { reason: isText }))
const isColors: Check = (value) => listOf(isText)(value) && (value as unknown[]).length === 2

const CAUSES: Readonly<Record<string, Check>> = {
  exit: object({ code: isNumber }, { inside: isText }),
  exception: isObject,
  signal: object({ signal: isText }),
  killed: object({ evidence: listOf(isText) }),
  'oom-killed': object({ evidence: listOf(isText) }),
  'crashed-natively': object({ signal: isText, evidence: listOf(isText) }),
  'lost-contact': object({ evidence: listOf(isText) }),
  reported: isObject,
  lost: isObject,
}
const isCause: Check = (value) => {
  const { type } = isObject(value) ? value : {}
  return typeof type === 'string' && Object.hasOwn(CAUSES, type) && CAUSES[type]!(value)
}

/** The rest of a run is not worth its header: what is damaged of it is left out, or is treated as absent. */
const RUN: Members = {
  workspace: isText,
  description: isText,
  mode: oneOf('cloud', 'offline', 'local', 'disabled'),
  logdir: isText,
  public: isFlag,
  resumed: isFlag,
  url: isText,
  projectUrl: isText,
  config: isShallowObject,
  experimentName: isText,
  tags: listOf(isText),
  colors: isColors,
  callbacks: arePlacements,
}

interface Shape {
  /** Without these it is no record: a part of a damaged line can be JSON by chance. */
  readonly required: Check
  /** What is damaged of these is left out, and the rest of the record stands. */
  readonly optional?: Members
  readonly mend?: (record: Fields) => void
}

const BEGINNING: Shape = {
  required: object({
    run: object({ id: isText, project: isText, startTime: isTime }),
    process: object({ pid: isNumber, host: isText }, { started: isText }),
  }),
  mend: ({ run }) => {
    leaveOut(run as Fields, RUN)
    const { id } = run as Fields
    Object.assign(run as Fields, { experimentName: id, tags: [], callbacks: [], ...(run as Fields) })
  },
}

const SHAPES: Readonly<Record<JournalRecord['type'], Shape>> = {
  header: BEGINNING,
  resume: BEGINNING,
  log: { required: (record) => isCount((record as Fields)['step']) && reviveData((record as Fields)['data']) },
  media: {
    required: object({ key: isText, step: isCount, data: listOf(isText) }),
    optional: { more: listOf((one) => one === null || isShallowObject(one)) },
  },
  column: { required: object({ key: isText, index: isCount, kind: isText, section: isText, step: isCount }) },
  config: { required: object({ config: isShallowObject }) },
  metadata: { required: object({ metadata: isShallowObject }) },
  requirements: { required: object({ requirements: isText }) },
  alert: {
    required: object({ title: isText, text: isText, level: oneOf(...LEVELS) }),
    optional: { step: isCount, rule: isText, id: isId },
  },
  console: { required: object({ line: isCount, level: oneOf(...LEVELS), text: isText }) },
  finish: {
    required: object({ state: oneOf('finished', 'crashed', 'aborted'), duration: isNumber, steps: isCount }),
    optional: {
      lastStep: isCount,
      error: object({ name: isText, message: isText }, { stack: isText }),
      cause: isCause,
      losses: (value) => isObject(value) && Object.values(value).every(isNumber),
      callbacks: arePlacements,
    },
    mend: (record) => (record['losses'] ??= {}),
  },
}

/**
 * Decides for all readers whether parsed JSON is a record, so that none of them meets a value that it cannot use. Mends
 * what can be missed in place.
 */
export function isRecord(value: unknown): value is JournalRecord {
  if (!isObject(value) || typeof value['type'] !== 'string' || !isTime(value['time'])) return false
  if (!Object.hasOwn(SHAPES, value['type'])) return false
  const { required, optional, mend } = SHAPES[value['type'] as JournalRecord['type']]
  if (!required(value)) return false
  if (optional) leaveOut(value, optional)
  mend?.(value)
  return true
}

function leaveOut(record: Fields, members: Members): void {
  for (const [name, check] of Object.entries(members))
    if (Object.hasOwn(record, name) && !check(record[name])) delete record[name]
}

function isTooDeep(value: object): boolean {
  const waiting: [value: object, depth: number][] = [[value, 1]]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [one, depth] = next
    if (depth > MAX_DEPTH) return true
    for (const member of Object.values(one))
      if (typeof member === 'object' && member !== null) waiting.push([member as object, depth + 1])
  }
  return false
}

/** Puts numbers where JSON had no word for them. False: there is something else than numbers. */
function reviveData(values: unknown): boolean {
  if (!isObject(values)) return false
  for (const key in values) {
    const value = values[key]
    if (typeof value === 'number') continue
    if (typeof value !== 'string' || !Object.hasOwn(NON_FINITE, value)) return false
    values[key] = NON_FINITE[value]
  }
  return true
}
