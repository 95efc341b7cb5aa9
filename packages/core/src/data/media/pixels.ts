import type { Problem } from '../scalar.ts'
import { MAX_BYTES, tooLarge } from './source.ts'

/**
 * Pixels, row by row, with 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA) channels; numbers are rounded and kept within
 * 0 and 255. Either flat with a size, as the `ImageData` of a canvas, or nested: rows of numbers, or rows of pixels.
 */
export type PixelSource =
  | { readonly data: ArrayLike<number>; readonly width: number; readonly height: number }
  | readonly (readonly number[] | readonly (readonly number[])[])[]

/** Pixels of one byte a channel. */
export interface Pixels {
  readonly data: Uint8Array | Uint8ClampedArray
  readonly width: number
  readonly height: number
  readonly channels: 1 | 2 | 3 | 4
}

/** Absent: these are not meant to be pixels. */
export function pixelsOf(source: unknown): Pixels | Problem | undefined {
  if (Array.isArray(source)) return fromRows(source)
  if (typeof source !== 'object' || source === null || source instanceof Uint8Array || !('data' in source))
    return undefined
  const { data, width, height } = source as { data: unknown; width?: unknown; height?: unknown }
  if (!isSide(width) || !isSide(height)) return { problem: `pixels of ${String(width)} x ${String(height)}` }
  const length = typeof data === 'object' && data !== null ? Number((data as { length?: unknown }).length) : NaN
  return fromFlat(data as ArrayLike<number>, length, width, height)
}

function fromRows(rows: readonly unknown[]): Pixels | Problem {
  const first = rows[0]
  if (!Array.isArray(first) || first.length === 0) return { problem: 'a list that is not one of rows' }
  const width = first.length
  if (rows.some((row) => !Array.isArray(row) || row.length !== width)) return { problem: 'rows of different length' }
  const flat = (rows as unknown[][]).flat(2)
  const { length } = flat
  return fromFlat(flat as number[], length, width, rows.length)
}

function fromFlat(data: ArrayLike<number>, length: number, width: number, height: number): Pixels | Problem {
  const channels = length / (width * height)
  if (channels !== 1 && channels !== 2 && channels !== 3 && channels !== 4)
    return { problem: `${length} numbers for ${width} x ${height} pixels, which are not 1 to 4 a pixel` }
  if (length > MAX_BYTES) return tooLarge(length)
  const bytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray
  return { data: bytes ? data : Uint8ClampedArray.from(data), width, height, channels }
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0
}
