import { numberOf, type Block } from '../blocks/block.ts'
import { ByteLru } from '../blocks/byte-lru.ts'
import type { PointColumn } from '../columns/point-column.ts'
import { runColumn, sortedColumn, type SortedColumn } from '../columns/run-column.ts'
import { encodeFrame } from '../protocol/frame.ts'
import type { FrameArray, FrameLine, SeriesQuery, XAxis } from '../protocol/series.ts'
import { groupLine } from './groups.ts'
import { equalParts, lineOf, type Line, type View } from './line.ts'
import { SmoothedColumn, smoothedMemory, type SmoothedMemory } from './smoothed-column.ts'

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

/** What was computed for answers, and may be needed again. */
export interface QueryMemory {
  readonly smoothed: SmoothedMemory
  /** Points that had to be put in order. */
  readonly columns: ByteLru<SortedColumn>
  readonly lines: ByteLru<Line>
}

const MiB = 1024 * 1024

export function queryMemory({
  smoothed = 80,
  columns = 32,
  lines = 20,
}: { readonly smoothed?: number; readonly columns?: number; readonly lines?: number } = {}): QueryMemory {
  return {
    smoothed: smoothedMemory(smoothed * MiB),
    columns: new ByteLru(columns * MiB),
    lines: new ByteLru(lines * MiB),
  }
}

/** Answers a query as a frame. @param runOf - Undefined: there is no such run, and it has no line. */
export function answer(
  query: SeriesQuery,
  runOf: (key: string) => IndexedRun | undefined,
  memory: QueryMemory,
): Uint8Array {
  const columns = new Map<string, { readonly run: IndexedRun; readonly column: PointColumn }>()
  let indexed = 1
  for (const key of query.runs) {
    const run = runOf(key)
    indexed = Math.min(indexed, run?.indexed ?? 1)
    const column = run && columnOf(run, query.key, query.x, memory)
    if (run && column && column.count > 0) columns.set(key, { run, column })
  }
  const all = Array.from(columns.values(), ({ column }) => column)
  const extent = extentOf(all)
  const view = viewOf(query, extent)
  const logFrom = query.logX ? leastPositive(all, view) : undefined
  const bounds = logFrom === undefined ? equalParts(view) : logarithmicParts(view, logFrom)
  const thinned = (column: PointColumn): Line => {
    const id = `${column.parts.at(-1)!.id} ${column.axis} ${view.from} ${view.to} ${view.width} ${logFrom}`
    return kept(memory.lines, id, () => lineOf(column, view, bounds), bytesOf)
  }
  const smoothed = (column: PointColumn): PointColumn =>
    query.smoothing ? new SmoothedColumn(column, query.smoothing, memory.smoothed) : column
  const frame = new FrameBuilder()
  for (const [key, { run, column }] of columns)
    frame.addRun(key, run, thinned(column), query.smoothing && thinned(smoothed(column)))
  for (const { name, runs } of query.grouping?.groups ?? []) {
    const members = runs.flatMap((key) => columns.get(key) ?? [])
    const edges = Float64Array.from({ length: view.width + 1 }, (_, bucket) =>
      bucket === view.width ? view.to : bounds(bucket),
    )
    frame.addGroup(
      name,
      members.map(({ run }) => run),
      groupLine(
        members.map(({ column }) => smoothed(column)),
        edges,
        query.grouping!,
      ),
    )
  }
  return encodeFrame(
    { id: query.id, from: view.from, to: view.to, extent, logFrom, indexed, lines: frame.lines },
    frame.arrays,
  )
}

/** From what is kept, or made and kept. */
function kept<T>(memory: ByteLru<T>, id: string, make: () => T, bytes: (made: T) => number): T {
  const known = memory.get(id)
  if (known) return known
  const made = make()
  memory.set(id, made, bytes(made))
  return made
}

function bytesOf({ x, y, marksX, marks }: Line): number {
  return x.byteLength + y.byteLength + marksX.byteLength + marks.byteLength
}

function columnOf(
  { blocks, startTime }: IndexedRun,
  key: string,
  x: XAxis,
  memory: QueryMemory,
): PointColumn | undefined {
  if (x.kind !== 'metric') {
    const column = runColumn(blocks, key, x.kind, startTime)
    if (column) return column
  }
  const last = blocks.at(-1)
  if (!last) return undefined
  // Blocks before the last one never change.
  const over = x.kind === 'metric' ? JSON.stringify(x.key) : `${x.kind} ${startTime}`
  const id = `${numberOf(last)}.${last.rows} ${JSON.stringify(key)} over ${over}`
  const make = (): SortedColumn => {
    const { x: places, y } = gather(blocks, key, (block) => placesIn(block, x, startTime))
    return sortedColumn(places, y)
  }
  return kept(memory.columns, id, make, ({ bytes }) => bytes)
}

/** The x of each row; NaN where it has none. */
function placesIn(block: Block, axis: XAxis, start: number): Float64Array {
  if (axis.kind === 'metric') return rowValues(block, axis.key)
  if (axis.kind === 'step') return block.steps()
  return axis.kind === 'wall' ? block.times() : block.times().map((time) => (time - start) / 1_000)
}

function rowValues(block: Block, key: string): Float64Array {
  const all = new Float64Array(block.rows).fill(Number.NaN)
  const summary = block.keys.get(key)
  if (!summary) return all
  const [rows, values] = [block.rowsOf(key), block.values(key, 0, summary.count)]
  for (let point = 0; point < values.length; point++) all[rows?.[point] ?? point] = values[point]!
  return all
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

/** Where a logarithmic axis begins; undefined when nothing in view has a place on it. */
function leastPositive(columns: readonly PointColumn[], { from, to }: View): number | undefined {
  if (from > 0) return from
  const least = columns.flatMap((column) => {
    const point = column.lowerBound(Number.MIN_VALUE)
    return point < column.count ? column.x(point) : []
  })
  const first = Math.min(...least)
  return first <= to ? first : undefined
}

/** Equal parts of the logarithm; what is not positive belongs to the first. */
function logarithmicParts({ from, to, width }: View, least: number): (bucket: number) => number {
  const [a, b] = [Math.log(least), Math.log(to)]
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
