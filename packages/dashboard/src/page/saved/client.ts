import { signal, type ReadonlySignal } from '@preact/signals'
import type { Frame } from '../../protocol/frame.ts'
import type { RunDetail, RunList } from '../../protocol/runs.ts'
import type { SeriesQuery } from '../../protocol/series.ts'
import type { Session } from '../state/session.ts'
import { tell } from '../text/saves.ts'
import { frameOf, saved } from './file.ts'

// Stands where `api/client.ts` does: nobody is asked, all there is to answer with is in the file.

/** As in `api/client.ts`. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status = 404
}

export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

export const serverGone: ReadonlySignal<boolean> = signal(false)
export const refused: ReadonlySignal<string | undefined> = signal(undefined)

export async function getJson<T>(path: string): Promise<T> {
  return answerTo(path) as T
}

export async function getResponse(): Promise<Response> {
  throw new Refused(tell('saved.notHere'))
}

export async function getEvents(): Promise<void> {
  throw new Refused(tell('saved.notHere'))
}

export async function getSeries(queries: readonly SeriesQuery[], onFrame: (frame: Frame) => void): Promise<void> {
  for (const query of queries) onFrame(answerOf(query))
}

/** The points are those of the file, at every zoom. */
function answerOf({ id, key, runs, from, to }: SeriesQuery): Frame {
  const frame = frameOf(key)
  if (!frame) return { header: { id, error: tell('saved.notHere'), from: 0, to: 0, lines: [], arrays: [] }, arrays: [] }
  const { header, arrays } = frame
  const lines = header.lines
    .filter(({ run, group }) => group || runs.includes(run))
    // Nothing here is read any further.
    .map((line) => ({ ...line, indexed: 1 }))
  // There is nothing beside what was looked at.
  const extent = [header.from, header.to] as const
  return { header: { ...header, id, lines, extent, from: from ?? header.from, to: to ?? header.to }, arrays }
}

function answerTo(path: string): Session | RunList | RunDetail {
  if (path === '/session') return { viewer: '', title: '', mode: 'watch' }
  if (path === '/runs') return { runs: saved.runs.map(({ row }) => row), version: '0', problems: [] }
  const run = saved.runs.find(({ row }) => path === `/runs/${encodeURIComponent(row.key)}`)
  if (!run) throw new Refused(tell('saved.notHere'))
  const { row, columns, alerts } = run
  return {
    ...row,
    ...{ columns, alerts, offset: row.size, parts: [], callbacks: [], losses: {}, lines: 0 },
    health: { bytes: row.size, records: 0, damagedLines: 0, tornTail: false },
  }
}
