import { types } from 'node:util'
import { shown } from '../key.ts'
import type { Problem } from '../scalar.ts'
import { MAX_BYTES, tooLarge } from './source.ts'

/**
 * Pixels, row by row, with 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA) channels; numbers are rounded and kept within
 * 0 and 255. Either flat with a size, as the `ImageData` of a canvas, or nested: rows of numbers, or rows of pixels. At
 * most 104,857,600 numbers.
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

const NO_NUMBERS: Problem = { problem: 'pixels that are not numbers' }

/** Absent: these are not meant to be pixels. */
export function pixelsOf(source: unknown): Pixels | Problem | undefined {
  if (Array.isArray(source)) return fromRows(source)
  if (typeof source !== 'object' || source === null || types.isUint8Array(source) || !('data' in source))
    return undefined
  const { data, width, height } = source as { data: unknown; width?: unknown; height?: unknown }
  if (!isSide(width) || !isSide(height))
    return { problem: `pixels of ${shown(String(width))} x ${shown(String(height))}` }
  return fromFlat(data, width, height)
}

function fromFlat(list: unknown, width: number, height: number): Pixels | Problem {
  const length = typeof list === 'object' && list !== null ? Number((list as { length?: unknown }).length) : NaN
  const channels = length / (width * height)
  if (!isChannels(channels))
    return { problem: `${length} numbers for ${width} x ${height} pixels, which are not 1 to 4 a pixel` }
  if (length > MAX_BYTES) return tooLarge(length)
  if (types.isUint8Array(list) || types.isUint8ClampedArray(list)) return { data: list, width, height, channels }
  const data = new Uint8ClampedArray(length)
  return copy(list as ArrayLike<unknown>, length, data, 0) ? { data, width, height, channels } : NO_NUMBERS
}

/** By hand: flattened as a list, a large picture would take eight times its size, and its shape would be lost. */
function fromRows(rows: readonly unknown[]): Pixels | Problem {
  const first = rows[0]
  if (!Array.isArray(first) || first.length === 0) return { problem: 'a list that is not one of rows' }
  const pixel: unknown = first[0]
  const nested = Array.isArray(pixel)
  const [height, width, channels] = [rows.length, first.length, nested ? pixel.length : 1]
  if (!isChannels(channels)) return { problem: `pixels of ${channels} numbers, which are not 1 to 4` }
  const stride = width * channels
  if (stride * height > MAX_BYTES) return tooLarge(stride * height)
  const data = new Uint8ClampedArray(stride * height)
  for (let y = 0, at = 0; y < height; y++) {
    const row = rows[y]
    if (!isListOf(row, width)) return { problem: 'rows of different length' }
    const lists = nested ? row : [row]
    const size = nested ? channels : width
    for (let x = 0; x < lists.length; x++, at += size) {
      const list = lists[x]
      if (!isListOf(list, size)) return { problem: 'pixels of different channels' }
      if (!copy(list, size, data, at)) return NO_NUMBERS
    }
  }
  return { data, width, height, channels }
}

/** One number after another: a length can be wrong, and an iterator need not end. False: something is no number. */
function copy(list: ArrayLike<unknown>, length: number, into: Uint8ClampedArray, from: number): boolean {
  for (let at = 0; at < length; at++) {
    const value = list[at]
    if (typeof value !== 'number') return false
    into[from + at] = value
  }
  return true
}

function isListOf(value: unknown, length: number): value is readonly unknown[] {
  return Array.isArray(value) && value.length === length
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0
}

function isChannels(value: number): value is Pixels['channels'] {
  return value === 1 || value === 2 || value === 3 || value === 4
}
