import type { Pyramid } from '../columns/pyramid.ts'

/** Rows of a block; the last one of a run has fewer while the run goes on. */
export const BLOCK_ROWS = 65_536

/** What is known of the points of one key in one block. Positions and rows are counted from the start of the block. */
export interface KeySummary {
  readonly key: string
  readonly count: number
  readonly finite: number
  /** Of the finite values; absent when there are none. */
  readonly min?: number | undefined
  readonly minStep?: number | undefined
  readonly max?: number | undefined
  readonly maxStep?: number | undefined
  /** Value of the highest step, which may be any number, and that step. */
  readonly last: number
  readonly lastStep: number
  /** Steps of its points never fall from one to the next. */
  readonly rising: boolean
  readonly firstStep: number
}

/**
 * Consecutive rows of a run by column, wherever they are kept. A row is one `log()` call. Reading may throw
 * {@link DamagedBlock}.
 */
export interface Block {
  readonly rows: number
  readonly keys: ReadonlyMap<string, KeySummary>
  /** Times never fall from one row to the next. */
  readonly timesRise: boolean
  readonly firstTime: number
  readonly lastTime: number
  /** By row. */
  steps(): Float64Array
  /** First step and difference, where all differ by the same. */
  readonly regularSteps?: readonly [first: number, difference: number] | undefined
  /** By row, in milliseconds since 1970. */
  times(): Float64Array
  /** Rows of the points of a key; undefined: every row has one. */
  rowsOf(key: string): Uint32Array | undefined
  /** Values of the points from `from` up to, but not including, `to`. Not to be written to. */
  values(key: string, from: number, to: number): Float64Array
  /** All values of a key. @param scratch - Room for {@link BLOCK_ROWS} of them, which may be used. */
  allValues(key: string, scratch: Float64Array): Float64Array
  pyramid(key: string): Pyramid
}

const numbers = new WeakMap<Block, number>()
let numbered = 0

/** A number that no other block of this process has, or ever had. */
export function numberOf(block: Block): number {
  let number = numbers.get(block)
  if (number === undefined) numbers.set(block, (number = numbered++))
  return number
}

/** A block in a file does not hold what was written: it has to be made again from the journal. */
export class DamagedBlock extends Error {
  override readonly name = 'DamagedBlock'
}
