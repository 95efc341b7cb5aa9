import type { ColumnInfo, ColumnKind, ConsoleLine, MediaRecord } from '@swanlab/core/internal'
import type { FinishRecord, JournalRecord } from '@swanlab/journal/internal'

/** What SwanLab's servers call a kind of column. */
const TYPES: Readonly<Record<ColumnKind, string>> = {
  scalar: 'FLOAT',
  image: 'IMAGE',
  audio: 'AUDIO',
  text: 'TEXT',
  video: 'VIDEO',
  echarts: 'ECHARTS',
  object3d: 'OBJECT3D',
  molecule: 'MOLECULE',
  html: 'HTML',
}
const LEVELS: Readonly<Record<ConsoleLine['level'], string>> = { info: 'INFO', warn: 'WARN', error: 'ERROR' }
const STATES = { finished: 'FINISHED', crashed: 'CRASHED', aborted: 'ABORTED' } as const
/** Longest error text in a log item, in characters. */
const MAX_ERROR = 16_384

/** RFC 3339, as servers keep it. @param time - In milliseconds since 1970. */
export function timestamp(time: number): string {
  return new Date(time).toISOString()
}

export function columnItem({ key, kind }: ColumnInfo): object {
  const slash = key.indexOf('/')
  return {
    key,
    type: Object.hasOwn(TYPES, kind) ? TYPES[kind] : 'FLOAT',
    ...(slash > 0 && { sectionName: key.slice(0, slash) }),
  }
}

/** One item a key: scalars travel as points, and what is not finite as `nan`. */
export function scalarItems({ step, time, data }: JournalRecord & { type: 'log' }): object[] {
  const at = timestamp(time)
  return Object.entries(data).map(([key, value]) => ({
    key,
    index: step,
    data: Number.isFinite(value) ? value : 'nan',
    create_time: at,
  }))
}

export function mediaItem({ key, step, time, data, more }: MediaRecord): object {
  return { key, index: step, data, more: more ?? [], create_time: timestamp(time) }
}

/** @param epoch - Number of the line on the server. */
export function lineItem({ level, text, time }: Omit<ConsoleLine, 'line'>, epoch: number): object {
  return { level: LEVELS[level], epoch, message: text, create_time: timestamp(time) }
}

/** Servers have no other place for the error of a run than its log. */
export function errorLine({ error, time, state }: FinishRecord): Omit<ConsoleLine, 'line'> | undefined {
  if (state === 'finished') return undefined
  const text = error ? (error.stack ?? `${error.name}: ${error.message}`) : `The run ${state}.`
  return { level: 'error', text: text.slice(0, MAX_ERROR), time }
}

/** Each value wrapped, with the number of its place, as SwanLab's clients send a configuration. */
export function configBody(config: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(config).map(([key, value], sort) => [key, { value, sort, desc: '' }] as const),
  )
}

export function stateBody(state: keyof typeof STATES, now: number): object {
  return { state: STATES[state], finishedAt: timestamp(now), from: 'sdk' }
}
