import { crc32, deflateSync } from 'node:zlib'
import type { Pixels } from './pixels.ts'

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
const DEPTH = 8
const COLOR_TYPES = { 1: 0, 2: 4, 3: 2, 4: 6 } as const
/** Each byte as the difference from the pixel above: small numbers, which compress well. */
const FILTER_UP = 2

/** Pixels as a PNG file. By hand, because zlib does the work: what remains is three chunks with their checksums. */
export function encodePng({ data, width, height, channels }: Pixels): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([DEPTH, COLOR_TYPES[channels]], 8)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(filtered(data, width * channels))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function filtered(data: Pixels['data'], stride: number): Uint8Array {
  const rows = data.length / stride
  const out = new Uint8Array(rows * (stride + 1))
  for (let row = 0, from = 0, to = 0; row < rows; row++) {
    out[to++] = FILTER_UP
    for (const end = from + stride; from < end; from++) out[to++] = data[from]! - (row > 0 ? data[from - stride]! : 0)
  }
  return out
}

function chunk(type: string, data: Uint8Array): Buffer {
  const out = Buffer.alloc(data.length + 12)
  out.writeUInt32BE(data.length, 0)
  out.write(type, 4, 'latin1')
  out.set(data, 8)
  out.writeUInt32BE(crc32(out.subarray(4, -4)), data.length + 8)
  return out
}
