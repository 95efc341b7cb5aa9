import { batch, computed, effect, signal, untracked, type ReadonlySignal, type Signal } from '@preact/signals'
import type { LiveEvent, LiveRow } from '../../protocol/events.ts'
import type { RunKey } from '../../protocol/runs.ts'
import type { SeriesQuery } from '../../protocol/series.ts'
import { grouping } from '../state/groups.ts'
import { newRows } from '../state/live-columns.ts'
import { onRows } from '../state/live.ts'
import { drawnKeys, runOf } from '../state/runs.ts'
import { hasLogX, passingZoom, smoothing, xAxis, zoomFrom, zoomTo } from '../state/view.ts'
import { appendPoint, continuedSmooth, linesOf, type DrawnLine } from './drawn-line.ts'
import { requestSeries } from './series-loader.ts'

/** Milliseconds between two answers for one chart whose runs go on: in between, what is logged is added here. */
const ASK_EVERY = 1_000
/** Likewise while one of its runs is being read. */
const READING = 500
/** Buckets are asked for in such steps, so that a window that is resized does not ask at each pixel. */
const WIDTHS = 100

/** What one chart shows, for as long as it is near the screen. */
export class ChartData {
  readonly key: string
  readonly lines: Signal<readonly DrawnLine[]> = signal([])
  /** From the first point of all runs to the last, once something has come. */
  readonly extent: Signal<readonly [from: number, to: number] | undefined> = signal(undefined)
  /** What is looked at, in as much detail as has come. */
  readonly view: ReadonlySignal<readonly [from: number, to: number] | undefined> = computed(() => {
    const extent = this.extent.value
    return extent && (passingZoom.value ?? [zoomFrom.value ?? extent[0], zoomTo.value ?? extent[1]])
  })
  /** Where a logarithmic x axis begins; undefined when it is none. */
  readonly logFrom: Signal<number | undefined> = signal(undefined)
  readonly failure: Signal<string | undefined> = signal(undefined)
  readonly loaded: Signal<boolean> = signal(false)
  /** Raised when something was added to a line. */
  readonly added: Signal<number> = signal(0)
  /** Pixels of the screen; 0 until that is known. */
  readonly width: Signal<number> = signal(0)

  readonly #query: ReadonlySignal<Omit<SeriesQuery, 'id'> | undefined>
  readonly #ends: (() => void)[]
  #cancel: () => void = () => {}
  #askedAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #busy = false
  #again = false

  constructor(key: string) {
    this.key = key
    this.#query = computed(() => {
      if (this.width.value === 0) return undefined
      return {
        // Those that do not have the key have no line: nobody need know yet which they are.
        runs: drawnKeys.value,
        key,
        x: xAxis.value,
        from: zoomFrom.value,
        to: zoomTo.value,
        width: Math.min(4_000, WIDTHS * Math.ceil(this.width.value / WIDTHS)),
        smoothing: smoothing.value,
        grouping: grouping.value,
        ...(hasLogX.value && { logX: true }),
      }
    })
    this.#ends = [
      effect(() => {
        if (this.#query.value) untracked(() => this.#ask())
      }),
      onRows((event) => this.#take(event)),
    ]
  }

  close(): void {
    this.#cancel()
    clearTimeout(this.#timer)
    for (const end of this.#ends) end()
  }

  #ask(): void {
    const query = this.#query.peek()
    if (!query) return
    this.#cancel()
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#askedAt = performance.now()
    this.#busy = true
    this.#again = false
    this.#cancel = requestSeries(query, {
      onFrame: (frame) => {
        this.#busy = false
        const lines = linesOf(frame)
        batch(() => {
          this.lines.value = lines
          this.extent.value = frame.header.extent
          this.logFrom.value = frame.header.logFrom
          this.failure.value = undefined
          this.loaded.value = true
        })
        // Whoever is asked reads more slowly: five sixths of the time are left for that.
        const took = performance.now() - this.#askedAt
        if ((frame.header.indexed ?? 1) < 1) this.#askSoon(Math.max(READING, 6 * took))
        else if (this.#again) this.#askSoon(ASK_EVERY)
      },
      onFailure: (message) => {
        this.#busy = false
        batch(() => {
          this.failure.value = message
          this.loaded.value = true
        })
      },
    })
  }

  #askSoon(every: number): void {
    if (this.#busy) {
      this.#again = true
      return
    }
    this.#timer ??= setTimeout(() => this.#ask(), Math.max(0, this.#askedAt + every - performance.now()))
  }

  #take(event: LiveEvent & { readonly type: 'rows' | 'changed' }): void {
    const query = this.#query.peek()
    if (!query || !drawnKeys.peek().includes(event.run)) return
    const line = this.lines.peek().find(({ run, group }) => !group && run === event.run)
    // Its first points.
    if (!line && event.type === 'rows' && event.rows.every(({ data }) => data[query.key] === undefined)) return
    if (!line) return this.#askSoon(ASK_EVERY)
    // A journal that was replaced may be shorter than what is known of the one before.
    if (event.type === 'changed') return this.#askSoon(ASK_EVERY)
    if (line.offset >= event.to) return
    if (line.offset < event.from) return this.#askSoon(ASK_EVERY)
    if (this.#add(line, newRows(event.rows, line.offset), query)) line.offset = event.to
    else this.#askSoon(ASK_EVERY)
    // A group has to be put together anew, and a line with many more points than the screen has to be thinned.
    if (query.grouping || line.raw.length > 6 * query.width) this.#askSoon(2 * ASK_EVERY)
    this.added.value++
  }

  /** @returns false when only the server can say how the line looks now. */
  #add(line: DrawnLine, rows: readonly LiveRow[], query: Omit<SeriesQuery, 'id'>): boolean {
    for (const row of rows) {
      const wire = row.data[query.key]
      if (wire === undefined) continue
      const [x, y] = [placeOf(row, query, line.run), Number(wire)]
      if (x === undefined) continue
      if (!(x >= (line.raw.lastX ?? -Infinity))) return false
      if (query.to !== undefined && x > query.to) continue
      const smoothed = query.smoothing && continuedSmooth(line, y, query.smoothing)
      if (query.smoothing && smoothed === undefined) return false
      appendPoint(line, x, y, smoothed)
      const extent = this.extent.peek()
      if (extent && x > extent[1]) this.extent.value = [extent[0], x]
    }
    return true
  }
}

function placeOf(row: LiveRow, { x }: Omit<SeriesQuery, 'id'>, run: RunKey): number | undefined {
  if (x.kind === 'step') return row.step
  if (x.kind === 'wall') return row.time
  if (x.kind === 'relative') return (row.time - (runOf(run)?.startTime ?? 0)) / 1_000
  const value = x.kind === 'metric' ? row.data[x.key] : undefined
  return typeof value === 'number' ? value : undefined
}
