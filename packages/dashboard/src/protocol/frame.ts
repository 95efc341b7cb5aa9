import type { FrameHeader } from './series.ts'

/**
 * One answer to one query, as bytes: `u32` length of the whole, `u32` length of the header, the header as JSON padded with
 * spaces to a multiple of 8, then the arrays one behind the other. All numbers are little-endian.
 */
export interface Frame {
  readonly header: FrameHeader
  readonly arrays: readonly Float64Array[]
}

const LENGTHS = 8
/** Bytes of the largest frame. */
const LARGEST = 512 * 1024 * 1024

export function encodeFrame(
  header: Omit<FrameHeader, 'arrays'>,
  arrays: ReadonlyMap<string, Float64Array>,
): Uint8Array {
  const listed = Array.from(arrays, ([name, { length }]) => ({ name, length }))
  const json = new TextEncoder().encode(JSON.stringify({ ...header, arrays: listed }))
  const padded = Math.ceil(json.length / 8) * 8
  const values = listed.reduce((sum, { length }) => sum + 8 * length, 0)
  const bytes = new Uint8Array(LENGTHS + padded + values)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bytes.length, true)
  view.setUint32(4, padded, true)
  bytes.fill(0x20, LENGTHS, LENGTHS + padded)
  bytes.set(json, LENGTHS)
  let at = LENGTHS + padded
  for (const array of arrays.values()) {
    // Every machine that runs Node or a browser today keeps numbers this way round.
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at)
    at += array.byteLength
  }
  return bytes
}

/** Puts frames together again that come in pieces of any size. */
export class FrameDecoder {
  #pieces: Uint8Array[] = []
  #length = 0

  /** @returns the frames that have become whole. @throws RangeError when these are no frames. */
  push(piece: Uint8Array): Frame[] {
    this.#pieces.push(piece)
    this.#length += piece.length
    const frames: Frame[] = []
    for (;;) {
      if (this.#length < LENGTHS) return frames
      const head = this.#joined()
      const size = new DataView(head.buffer, head.byteOffset).getUint32(0, true)
      if (size < LENGTHS || size > LARGEST) throw new RangeError(`no frame is ${size} bytes long`)
      if (this.#length < size) return frames
      frames.push(decodeFrame(head.subarray(0, size)))
      this.#pieces = [head.subarray(size)]
      this.#length -= size
    }
  }

  /** @throws RangeError when the last frame is not whole. */
  end(): void {
    if (this.#length > 0) throw new RangeError(`a frame was cut: ${this.#length} bytes are left`)
  }

  #joined(): Uint8Array {
    if (this.#pieces.length === 1) return this.#pieces[0]!
    const all = new Uint8Array(this.#length)
    let at = 0
    for (const piece of this.#pieces) {
      all.set(piece, at)
      at += piece.length
    }
    this.#pieces = [all]
    return all
  }
}

/** @throws RangeError when it is none. */
export function decodeFrame(bytes: Uint8Array): Frame {
  if (bytes.length < LENGTHS) throw new RangeError('a frame is at least 8 bytes long')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [size, headerSize] = [view.getUint32(0, true), view.getUint32(4, true)]
  if (size !== bytes.length || headerSize > size - LENGTHS)
    throw new RangeError('a frame has another length than it says')
  let header: FrameHeader
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(LENGTHS, LENGTHS + headerSize)))
  } catch (error) {
    throw new RangeError('the header of a frame cannot be read', { cause: error })
  }
  let at = LENGTHS + headerSize
  const arrays = header.arrays.map(({ length }) => {
    if (!Number.isSafeInteger(length) || length < 0 || at + 8 * length > size)
      throw new RangeError('a frame is too short')
    // A copy begins where numbers may begin.
    const array = new Float64Array(new Uint8Array(bytes.subarray(at, at + 8 * length)).buffer)
    at += 8 * length
    return array
  })
  if (at !== size) throw new RangeError('a frame holds more than it says')
  return { header, arrays }
}
