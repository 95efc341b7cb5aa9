import { crc32, deflateSync } from 'node:zlib'
import { PNG } from 'pngjs'

const MOST_COLORS = 256
/** The most frequent ones, which stay as they are. */
const KEPT = 64

/**
 * A picture of a screen in a third of its size: with 256 colours, and for each other colour the nearest of these. pngjs
 * reads such files, and writes none.
 */
export function indexedPng(png: Buffer): Buffer {
  const { data, width, height } = PNG.sync.read(png)
  const colorAt = (pixel: number): number =>
    (data[4 * pixel]! << 16) | (data[4 * pixel + 1]! << 8) | data[4 * pixel + 2]!
  const counts = new Map<number, number>()
  for (let pixel = 0; pixel < width * height; pixel++) counts.set(colorAt(pixel), (counts.get(colorAt(pixel)) ?? 0) + 1)
  const palette = paletteOf([...counts].toSorted((a, b) => b[1] - a[1]).map(([color]) => color))
  const indexOf = new Map<number, number>()
  // Each row begins with its filter: none.
  const rows = Buffer.alloc((width + 1) * height)
  for (let pixel = 0; pixel < width * height; pixel++) {
    const color = colorAt(pixel)
    let index = indexOf.get(color)
    if (index === undefined) indexOf.set(color, (index = nearest(palette, color)))
    rows[pixel + Math.floor(pixel / width) + 1] = index
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3], 8)
  return Buffer.concat([
    Buffer.from('\u0089PNG\r\n\u001A\n', 'latin1'),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]))),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Large areas keep their colours; of the others each is close to one of at most 256, as close as that allows. */
function paletteOf(colors: readonly number[]): number[] {
  for (let closest = 0; ; closest = 2 * closest + 4) {
    const palette: number[] = []
    for (const color of colors) {
      if (palette.length >= KEPT && palette.some((one) => distance(one, color) <= closest)) continue
      palette.push(color)
      if (palette.length > MOST_COLORS) break
    }
    if (palette.length <= MOST_COLORS) return palette
  }
}

function nearest(palette: readonly number[], color: number): number {
  let [best, least] = [0, Infinity]
  for (const [index, one] of palette.entries()) {
    const far = distance(one, color)
    if (far < least) [best, least] = [index, far]
  }
  return best
}

/** Squared. */
function distance(a: number, b: number): number {
  return ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
