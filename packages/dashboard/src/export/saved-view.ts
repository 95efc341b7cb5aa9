import { LIMITS } from '../protocol/limits.ts'
import type { ColumnSummary, RunDetail, RunKey, RunRow } from '../protocol/runs.ts'

/** Charts of one file. */
export const MOST_CHARTS = 200
/** Points of one file, of all its lines together: 24 MB of numbers. */
const MOST_POINTS = 1_500_000
const [FEWEST_BUCKETS, MOST_BUCKETS] = [100, 2_000]

/** Places in the file that `vite.viewer.config.ts` makes, for its title and for what it shows. */
export const TITLE_PLACE = '__SAVED_TITLE__'
export const VIEW_PLACE = '__SAVED_VIEW__'

/** What a page that was saved as one file shows. */
export interface SavedView {
  /** Milliseconds since 1970. */
  readonly savedAt: number
  /** The view as it stands in an address of the page: axis, smoothing, groups, logarithms, ranges. */
  readonly query: string
  readonly runs: readonly SavedRun[]
  /** Keys that have a chart. */
  readonly keys: readonly string[]
  /** The answers that they are drawn from, in base64. */
  readonly frames: readonly string[]
  /** Parts that the x axis was divided into; the smallest and the largest value of each is exact. */
  readonly buckets: number
  /** Charts that the view has beyond those that are here. */
  readonly left: number
}

export interface SavedRun {
  readonly row: RunRow
  readonly columns: readonly ColumnSummary[]
  /** Among all runs of where it was saved, by age: that decides about its colour. */
  readonly place: number
  readonly alerts: RunDetail['alerts']
}

/** Parts that an x axis is divided into, for as many lines in as many charts. @param smoothed - Each line is there twice. */
export function bucketsFor(charts: number, lines: number, smoothed: boolean): number {
  const each = MOST_POINTS / Math.max(1, charts * lines * (smoothed ? 2 : 1))
  // A bucket has two points.
  return Math.max(FEWEST_BUCKETS, Math.min(MOST_BUCKETS, LIMITS.buckets, Math.floor(each / 2)))
}

/** What a file says of a run: nothing about the machine, its folders or its packages. */
export function savedRun(
  detail: RunDetail,
  { key, place, keys }: { readonly key: RunKey; readonly place: number; readonly keys: readonly string[] },
): SavedRun {
  const { id, name, project, workspace, description, tags, state, cause, error, problem, config, colors } = detail
  const { startTime, endTime, lastTime, lastStep, size } = detail
  const shown = new Set(keys)
  return {
    row: {
      ...{ key, id, name, project, workspace, description, tags, state, cause, error, problem, config, colors },
      ...{ startTime, endTime, lastTime, lastStep, size },
    },
    columns: detail.columns.filter((column) => column.kind === 'scalar' && shown.has(column.key)),
    alerts: detail.alerts,
    place,
  }
}

/** The whole file. @param template - As it was built. */
export function savedFile(template: string, view: SavedView): string {
  return template
    .replace(TITLE_PLACE, () => `SwanLab: ${escapeHtml(titleOf(view))}`)
    .replace(VIEW_PLACE, () => escapeJson(view))
}

/** Name for the file. */
export function savedName(view: SavedView): string {
  const name = titleOf(view).replaceAll(/[^\p{L}\p{N}.-]+/gu, '_')
  return `${name.replaceAll(/^[._]+|[._]+$/g, '').slice(0, 80) || 'runs'}.html`
}

function titleOf({ runs }: SavedView): string {
  const projects = [...new Set(runs.map(({ row }) => row.project).filter((project) => project !== ''))]
  const names = runs.length === 1 ? [runs[0]!.row.name] : projects
  // What changes the direction of a text, or is not to be seen, has no business in the name of a window.
  return (
    names
      .join(', ')
      .replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
      .slice(0, 100) || 'runs'
  )
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[<>&"']/g, (one) => `&#${one.charCodeAt(0)};`)
}

/** Neither ends the element that it stands in, nor shows in another order than it has. */
function escapeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[<>&\u2028\u2029\p{Cf}]/gu, (one) =>
    Array.from({ length: one.length }, (_, at) => `\\u${hex(one.charCodeAt(at))}`).join(''),
  )
}

function hex(code: number): string {
  return code.toString(16).padStart(4, '0')
}

export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; at += 32_768) pieces.push(String.fromCharCode(...bytes.subarray(at, at + 32_768)))
  return btoa(pieces.join(''))
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (one) => one.charCodeAt(0))
}
