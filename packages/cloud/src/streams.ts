import type { JournalRecord } from '@swanlab/journal/internal'
import { runPath } from './api.ts'
import type { StreamSpec } from './upload-stream.ts'
import { sendMedia } from './media.ts'
import type { Destination, UploadRange } from './destination.ts'
import { columnItem, configBody, errorLine, lineItem, mediaItem, scalarItems } from './wire.ts'

/** As SwanLab's own clients batch. */
const MOST_METRICS = 10_000
const MOST_COLUMNS = 3_000
const MOST_MEDIA = 100
/** Well below what servers and their proxies take. */
const MOST_BYTES = 4_000_000
const seg = encodeURIComponent

interface ProfileItem {
  readonly field: 'config' | 'metadata' | 'requirements'
  readonly value: unknown
}

// oxlint-disable-next-line typescript/no-explicit-any
export type AnyStreamSpec = StreamSpec<any>

/** The streams of a run. They are independent: none waits for another. */
export function streamsFor(to: Destination): readonly AnyStreamSpec[] {
  return [profile(to), consoleLines(to), columns(to), scalars(to), media(to)]
}

function profile({ session, target, call }: Destination): StreamSpec<ProfileItem> {
  const path = `${runPath(target.workspace, target.project, target.experimentId)}/profile`
  return {
    name: 'profile',
    types: new Set(['header', 'resume', 'config', 'metadata', 'requirements'] as const),
    most: 1_000,
    mostBytes: MOST_BYTES,
    items: (record) => profileItems(record),
    send: async (items) => {
      const last = new Map(items.map(({ field, value }) => [field, value]))
      for (const [field, value] of last) await session.request('PUT', path, { [field]: value }, call)
    },
  }
}

function profileItems(record: JournalRecord): ProfileItem[] {
  switch (record.type) {
    case 'header':
    case 'resume':
      return record.run.config ? [{ field: 'config', value: configBody(record.run.config) }] : []
    case 'config':
      return [{ field: 'config', value: configBody(record.config) }]
    case 'metadata':
      return [{ field: 'metadata', value: record.metadata }]
    case 'requirements':
      return [{ field: 'requirements', value: record.requirements }]
    default:
      return []
  }
}

function consoleLines(to: Destination): StreamSpec<object> {
  const { target, range } = to
  return {
    name: 'log',
    types: new Set(['console', 'finish'] as const),
    most: MOST_METRICS,
    mostBytes: MOST_BYTES,
    items: (record, sent) => {
      const line = record.type === 'console' ? record : record.type === 'finish' ? errorLine(record) : undefined
      if (!line || !isTimeIn(range, line.time)) return []
      return [lineItem(line, target.lines + sent + 1)]
    },
    send: (items) => sendMetrics(to, 'log', items),
  }
}

function columns({ session, target, call }: Destination): StreamSpec<object> {
  const path = target.series
    ? `/projects/${seg(target.workspace)}/${seg(target.project)}/series`
    : `/experiment/${seg(target.experimentId)}/columns`
  return {
    name: 'columns',
    types: new Set(['column'] as const),
    most: MOST_COLUMNS,
    mostBytes: MOST_BYTES,
    items: (record) => (record.type === 'column' ? [columnItem(record)] : []),
    send: async (items) => void (await session.request('POST', path, target.series ? { series: items } : items, call)),
  }
}

function scalars(to: Destination): StreamSpec<object> {
  return {
    name: 'scalars',
    types: new Set(['log'] as const),
    most: MOST_METRICS,
    mostBytes: MOST_BYTES,
    items: (record) => (record.type === 'log' && isIn(to.range, record) ? scalarItems(record) : []),
    send: (items) => sendMetrics(to, 'scalar', items),
  }
}

function media(to: Destination): StreamSpec<object> {
  return {
    name: 'media',
    types: new Set(['media'] as const),
    most: MOST_MEDIA,
    mostBytes: MOST_BYTES,
    items: (record) => (record.type === 'media' && isIn(to.range, record) ? [mediaItem(record)] : []),
    send: async (items) => {
      const missing = await sendMedia(to, items as { data: readonly string[] }[])
      await sendMetrics(to, 'media', items)
      return missing
    },
  }
}

async function sendMetrics(
  { session, target, call }: Destination,
  type: string,
  metrics: readonly object[],
): Promise<void> {
  const { projectId, experimentId } = target
  await session.request('POST', '/house/metrics', { type, projectId, experimentId, metrics }, call)
}

function isIn(range: UploadRange | undefined, { step, time }: { step: number; time: number }): boolean {
  if (!range) return true
  const { startStep = 0, endStep = Infinity } = range
  return step >= startStep && step <= endStep && isTimeIn(range, time)
}

function isTimeIn(range: UploadRange | undefined, time: number): boolean {
  if (!range) return true
  const { startTime = -Infinity, endTime = Infinity } = range
  return time >= startTime && time <= endTime
}
