import type { JsonValue, Outcome } from '@swanlab/core'
import { metricColumn } from './columns.ts'
import { wellFormed } from './csv.ts'

/** Levels of a nested configuration that get columns of their own; what lies deeper is written as JSON. */
const MAX_DEPTH = 8

const METADATA = new Set(['project', 'exp_name', 'description', 'datetime', 'run_id', 'workspace', 'logdir', 'url'])

/** Columns that together name a run. An id alone may be used again in another project. */
export const RUN_IDENTITY: readonly string[] = ['project', 'run_id']

/** A run as a row: values by column, in the order in which a new file gets them. */
export function runRow({ run, summary }: Outcome): Map<string, JsonValue> {
  const row = new Map<string, JsonValue>([
    ['project', run.project],
    ['exp_name', run.experimentName],
    ['description', run.description ?? null],
    ['datetime', localTime(run.startTime)],
    ['run_id', run.id],
    ['workspace', run.workspace ?? null],
    ['logdir', run.dir ?? run.logdir ?? null],
    ['url', run.url ?? null],
  ])
  for (const [key, value] of Object.entries(run.config)) addConfig(row, `config/${key}`, value, 1)
  for (const [key, { last }] of Object.entries(summary)) row.set(wellFormed(metricColumn(key, isReserved)), last)
  return row
}

function isReserved(name: string): boolean {
  return METADATA.has(name) || name.startsWith('config/')
}

function addConfig(row: Map<string, JsonValue>, name: string, value: JsonValue, depth: number): void {
  const members = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : []
  if (members.length > 0 && depth < MAX_DEPTH)
    for (const [key, member] of members) addConfig(row, `${name}/${key}`, member, depth + 1)
  else row.set(unused(row, wellFormed(name)), value)
}

/** `{ a: { b: 1 }, 'a/b': 2 }` wants the same column twice. */
function unused(row: ReadonlyMap<string, JsonValue>, name: string): string {
  let candidate = name
  for (let n = 2; row.has(candidate); n++) candidate = `${name} (${n})`
  return candidate
}

function localTime(time: number): string {
  const date = new Date(time)
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`
}

function two(part: number): string {
  return String(part).padStart(2, '0')
}
