import { savedRun, toBase64, type SavedView } from '../../export/saved-view.ts'
import { encodeFrame, type Frame } from '../../protocol/frame.ts'
import type { RunDetail, RunKey } from '../../protocol/runs.ts'
import type { SeriesQuery } from '../../protocol/series.ts'
import { getJson, getSeries } from '../api/client.ts'
import { wait } from '../api/backoff.ts'
import { placeOfRun } from '../charts/colors.ts'
import { formatQuery, parseQuery } from '../state/address.ts'
import { grouping } from '../state/groups.ts'
import { drawnKeys } from '../state/runs.ts'
import { hasLogX, smoothing, xAxis, zoomFrom, zoomTo } from '../state/view.ts'
import type { ChosenCharts } from './saved-charts.ts'

/** Parts of an address that say how charts are drawn. Which they are, and what is looked at, the file's own data say. */
const KEPT = ['x', 'logx', 'smooth', 'log', 'y', 'outliers', 'pin', 'group', 'line', 'band']
/** Charts that are asked for at once. */
const AT_ONCE = 8
/** Milliseconds between two looks at a run that is being read. */
const READING = 500

export interface SaveProgress {
  /** Runs are being read: from 0 to 1. */
  readonly onRead: (part: number) => void
  readonly onChart: (at: number) => void
}

/** The charts that are on the page, with the answers they are drawn from. @throws Refused, Unreachable. */
export async function takeView(
  { keys, left, buckets }: ChosenCharts,
  { onRead, onChart }: SaveProgress,
  signal: AbortSignal,
): Promise<SavedView> {
  const runs = drawnKeys.peek()
  const ask = {
    ...{ runs, x: xAxis.peek(), width: buckets, smoothing: smoothing.peek(), grouping: grouping.peek() },
    ...{ from: zoomFrom.peek(), to: zoomTo.peek() },
    ...(hasLogX.peek() && { logX: true }),
  }
  const now = parseQuery(location.search)
  const query = new Map([['runs', runs.join(',')]])
  for (const name of KEPT) if (now.has(name)) query.set(name, now.get(name)!)
  const details: RunDetail[] = []
  for (const run of runs)
    details.push(await readDetail(run, (part) => onRead((details.length + part) / runs.length), signal))
  const frames: string[] = []
  for (let at = 0; at < keys.length; at += AT_ONCE) {
    const part = keys.slice(at, at + AT_ONCE).map((key, id): SeriesQuery => ({ ...ask, key, id: String(id) }))
    await getSeries(
      part,
      (frame) => {
        frames.push(toBase64(bytesOf(frame)))
        onChart(frames.length)
      },
      signal,
    )
  }
  const savedRuns = details.map((detail) => savedRun(detail, { key: detail.key, place: placeOfRun(detail.key), keys }))
  return { savedAt: Date.now(), query: formatQuery(query), runs: savedRuns, keys, frames, buckets, left }
}

/** Once all of it has been read. */
async function readDetail(run: RunKey, onRead: (part: number) => void, signal: AbortSignal): Promise<RunDetail> {
  for (;;) {
    const detail = await getJson<RunDetail>(`/runs/${encodeURIComponent(run)}`, undefined, signal)
    onRead(detail.indexed ?? 1)
    // What is written while it is read is never read to its end.
    if ((detail.indexed ?? 1) >= 1 || (detail.state === 'running' && (detail.indexed ?? 1) > 0.99)) return detail
    await wait(READING, signal)
  }
}

function bytesOf({ header, arrays }: Frame): Uint8Array {
  if (header.error !== undefined) throw new Error(header.error)
  return encodeFrame(header, new Map(header.arrays.map(({ name }, at) => [name, arrays[at]!])))
}
