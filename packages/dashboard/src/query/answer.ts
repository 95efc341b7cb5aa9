import type { Block } from '../blocks/block.ts'
import type { PointColumn } from '../columns/point-column.ts'
import { runColumn, sortedColumn, SortedColumn } from '../columns/run-column.ts'
import { encodeFrame } from '../protocol/frame.ts'
import type { FrameArray, FrameLine, SeriesQuery, XAxis } from '../protocol/series.ts'
import { groupLine } from './groups.ts'
import { equalParts, lineOf, type Line, type View } from './line.ts'
import { smooth } from './smoothing.ts'

/** A run as far as it has been read. */
export interface IndexedRun {
  readonly blocks: readonly Block[]
  /** Milliseconds since 1970. */
  readonly startTime: number
  /** How much of it that is, from 0 to 1. */
  readonly indexed: number
  /** Likewise in bytes of its journal. */
  readonly offset: number
}

/** Answers a query as a frame. @param runOf - Undefined: there is no such run, and it has no line. */
export function answer(query: SeriesQuery, runOf: (key: string) => IndexedRun | undefined): Uint8Array {
  const columns = new Map<string, { readonly run: IndexedRun; readonly column: PointColumn }>()
  for (const key of query.runs) {
    const run = runOf(key)
    const column = run && columnOf(run, query.key, query.x)
    if (run && column && column.count > 0) columns.set(key, { run, column })
  }
  const extent = extentOf(Array.from(columns.values(), ({ column }) => column))
  const view = viewOf(query, extent)
  const bounds = query.logX ? logarithmicParts(view) : equalParts(view)
  const frame = new FrameBuilder()
  for (const [key, { run, column }] of columns) {
    const line = lineOf(column, view, bounds)
    const smoothed = query.smoothing && lineOf(smoothedColumn(column, query.smoothing), view, bounds)
    frame.addRun(key, run, line, smoothed)
  }
  for (const { name, runs } of query.grouping?.groups ?? []) {
    const members = runs.flatMap((key) => columns.get(key) ?? [])
    const smoothed = members.map(({ column }) => (query.smoothing ? smoothedColumn(column, query.smoothing) : column))
    const edges = Float64Array.from({ length: view.width + 1 }, (_, bucket) =>
      bucket === view.width ? view.to : bounds(bucket),
    )
    frame.addGroup(
      name,
      members.map(({ run }) => run),
      groupLine(smoothed, edges, query.grouping!),
    )
  }
  return encodeFrame({ id: query.id, from: view.from, to: view.to, extent, lines: frame.lines }, frame.arrays)
}

function columnOf({ blocks, startTime }: IndexedRun, key: string, x: XAxis): PointColumn | undefined {
  if (x.kind === 'metric') return joinedColumn(blocks, key, x.key)
  return runColumn(blocks, key, x.kind, startTime) ?? sorted(blocks, key, x.kind, startTime)
}

/** Where x runs back, points are put in its order first. */
function sorted(
  blocks: readonly Block[],
  key: string,
  axis: 'step' | 'relative' | 'wall',
  start: number,
): SortedColumn {
  const { x, y } = gather(blocks, key, (block) => {
    if (axis === 'step') return block.steps()
    return axis === 'wall' ? block.times() : block.times().map((time) => (time - start) / 1_000)
  })
  return sortedColumn(x, y)
}

/** Points of a key over another: of the rows that have both. */
function joinedColumn(blocks: readonly Block[], key: string, over: string): SortedColumn {
  const { x, y } = gather(blocks, key, (block) => {
    const other = new Float64Array(block.rows).fill(Number.NaN)
    const summary = block.keys.get(over)
    if (!summary) return other
    const [rows, values] = [block.rowsOf(over), block.values(over, 0, summary.count)]
    for (let point = 0; point < values.length; point++) other[rows?.[point] ?? point] = values[point]!
    return other
  })
  return sortedColumn(x, y)
}

/** @param xOf - By row. */
function gather(
  blocks: readonly Block[],
  key: string,
  xOf: (block: Block) => Float64Array,
): { x: Float64Array; y: Float64Array } {
  const count = blocks.reduce((sum, block) => sum + (block.keys.get(key)?.count ?? 0), 0)
  const [x, y] = [new Float64Array(count), new Float64Array(count)]
  let at = 0
  for (const block of blocks) {
    const summary = block.keys.get(key)
    if (!summary) continue
    const [all, rows] = [xOf(block), block.rowsOf(key)]
    y.set(block.values(key, 0, summary.count), at)
    for (let point = 0; point < summary.count; point++) x[at + point] = all[rows?.[point] ?? point]!
    at += summary.count
  }
  return { x, y }
}

function smoothedColumn(column: PointColumn, how: NonNullable<SeriesQuery['smoothing']>): SortedColumn {
  const x = Float64Array.from({ length: column.count }, (_, point) => column.x(point))
  return new SortedColumn(x, smooth(column.values(0, column.count), x, how))
}

function extentOf(columns: readonly PointColumn[]): readonly [number, number] | undefined {
  if (columns.length === 0) return undefined
  return [
    Math.min(...columns.map((column) => column.x(0))),
    Math.max(...columns.map((column) => column.x(column.count - 1))),
  ]
}

/** What is looked at: what was asked for, or all there is. */
function viewOf({ from, to, width }: SeriesQuery, extent: readonly [number, number] | undefined): View {
  const [first, last] = extent ?? [0, 1]
  return { from: from ?? first, to: to ?? last, width }
}

/** Equal parts of the logarithm; what is not positive belongs to the first. */
function logarithmicParts({ from, to, width }: View): (bucket: number) => number {
  const least = from > 0 ? from : Math.min(1, to / 1e6)
  const [a, b] = [Math.log(least), Math.log(Math.max(to, least))]
  return (bucket) => (bucket === 0 ? from : Math.exp(a + ((b - a) * bucket) / width))
}

class FrameBuilder {
  readonly lines: FrameLine[] = []
  readonly arrays = new Map<string, Float64Array>()

  addRun(key: string, { indexed, offset }: IndexedRun, line: Line, smoothed: Line | undefined): void {
    const { x, y, marksX, marks, points, exact } = line
    const marked = marks.length > 0 ? { marksX, marks } : {}
    const arrays = this.#add({ x, y, ...marked, ...(smoothed && { smoothX: smoothed.x, smooth: smoothed.y }) })
    this.lines.push({ run: key, points, exact, indexed, offset, arrays })
  }

  addGroup(name: string, runs: readonly IndexedRun[], line: Readonly<Partial<Record<FrameArray, Float64Array>>>): void {
    const indexed = Math.min(1, ...runs.map((run) => run.indexed))
    const offset = Math.min(...runs.map((run) => run.offset))
    this.lines.push({ run: name, group: true, points: 0, exact: false, indexed, offset, arrays: this.#add(line) })
  }

  #add(arrays: Readonly<Partial<Record<FrameArray, Float64Array>>>): FrameLine['arrays'] {
    const places: Partial<Record<FrameArray, number>> = {}
    for (const [name, array] of Object.entries(arrays)) {
      places[name as FrameArray] = this.arrays.size
      this.arrays.set(`${this.lines.length}.${name}`, array)
    }
    return places
  }
}
