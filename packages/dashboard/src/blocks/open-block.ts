import { buildPyramid, type Pyramid } from '../columns/pyramid.ts'
import { BLOCK_ROWS, type Block, type KeySummary } from './block.ts'
import { NumberList, RowList } from './number-list.ts'

/** Points of one key. */
class KeyPoints implements KeySummary {
  readonly key: string
  readonly list: NumberList = new NumberList()
  /** Rows of its points; absent as long as every row has one. */
  rows: RowList | undefined
  finite = 0
  min: number | undefined
  minStep: number | undefined
  max: number | undefined
  maxStep: number | undefined
  last = Number.NaN
  lastStep = -1
  rising = true
  firstStep = -1
  #pyramid: { readonly count: number; readonly levels: Pyramid } | undefined

  constructor(key: string) {
    this.key = key
  }

  get count(): number {
    return this.list.length
  }

  add(row: number, step: number, value: number): void {
    const { length } = this.list
    if (this.rows) this.rows.push(row)
    else if (row !== length) this.#becomeSparse(length, row)
    if (length === 0) this.firstStep = step
    if (step >= this.lastStep) {
      this.lastStep = step
      this.last = value
    } else this.rising = false
    this.list.push(value)
    // False for NaN and both infinities.
    if (!(value - value === 0)) return
    this.finite++
    if (this.min === undefined || value < this.min) {
      // JSON knows no -0.
      this.min = value + 0
      this.minStep = step
    }
    if (this.max === undefined || value > this.max) {
      this.max = value + 0
      this.maxStep = step
    }
  }

  /** Rows of its points, should it not have one in each of `rows` rows. */
  rowsAmong(rows: number): Uint32Array | undefined {
    if (this.rows) return this.rows.view()
    return this.count === rows ? undefined : Uint32Array.from({ length: this.count }, (_, row) => row)
  }

  pyramid(): Pyramid {
    if (this.#pyramid?.count !== this.count)
      this.#pyramid = { count: this.count, levels: buildPyramid(this.list.view()) }
    return this.#pyramid.levels
  }

  #becomeSparse(length: number, row: number): void {
    this.rows = new RowList()
    for (let earlier = 0; earlier < length; earlier++) this.rows.push(earlier)
    this.rows.push(row)
  }
}

/** The rows at the end of a run, in memory: it takes more until it is full. */
export class OpenBlock implements Block {
  readonly #steps = new NumberList()
  readonly #times = new NumberList()
  readonly #keys = new Map<string, KeyPoints>()
  timesRise = true
  firstTime = 0
  lastTime = 0
  /** The keys of the row before, in its order: most rows have the same ones. */
  #expected: KeyPoints[] = []
  readonly #takes: (key: string) => boolean

  /** @param takes - Asked for each key that is new here; without it, its values are left out. */
  constructor(takes: (key: string) => boolean = () => true) {
    this.#takes = takes
  }

  get rows(): number {
    return this.#steps.length
  }

  get isFull(): boolean {
    return this.rows >= BLOCK_ROWS
  }

  get keys(): ReadonlyMap<string, KeySummary> {
    return this.#keys
  }

  /** @param values - One for each key, and maybe more. */
  add(step: number, time: number, keys: readonly string[], values: ArrayLike<number>): void {
    const row = this.rows
    const expected = this.#expected
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at]!
      let points = expected[at]
      if (points?.key !== key) {
        points = this.#pointsOf(key)
        if (!points) continue
        expected[at] = points
      }
      points.add(row, step, values[at]!)
    }
    if (row === 0) this.firstTime = time
    else if (time < this.lastTime) this.timesRise = false
    this.lastTime = time
    this.#steps.push(step)
    this.#times.push(time)
  }

  steps(): Float64Array {
    return this.#steps.view()
  }

  times(): Float64Array {
    return this.#times.view()
  }

  rowsOf(key: string): Uint32Array | undefined {
    return this.#keys.get(key)?.rowsAmong(this.rows)
  }

  values(key: string, from: number, to: number): Float64Array {
    return this.#keys.get(key)!.list.view().subarray(from, to)
  }

  allValues(key: string): Float64Array {
    return this.#keys.get(key)!.list.view()
  }

  pyramid(key: string): Pyramid {
    return this.#keys.get(key)!.pyramid()
  }

  #pointsOf(key: string): KeyPoints | undefined {
    let points = this.#keys.get(key)
    if (!points && this.#takes(key)) {
      points = new KeyPoints(key)
      this.#keys.set(key, points)
    }
    return points
  }
}
