import { PNG } from 'pngjs'
import { expect, it } from 'vitest'
import { indexedPng } from './indexed-png.ts'

/** @param colorOf - Of a pixel, as 0xRRGGBB. */
function picture(width: number, height: number, colorOf: (pixel: number) => number): PNG {
  const png = new PNG({ width, height })
  for (let pixel = 0; pixel < width * height; pixel++) png.data.writeUInt32BE(colorOf(pixel) * 256 + 255, 4 * pixel)
  return png
}

it('a picture of few colours stays as it is', () => {
  const before = picture(7, 5, (pixel) => [0xff0000, 0x00ff80, 0x123456][pixel % 3]!)
  const after = PNG.sync.read(indexedPng(PNG.sync.write(before)))
  expect([after.width, after.height]).toEqual([7, 5])
  expect(after.data.equals(before.data)).toBe(true)
})

it('of more colours than fit, each becomes one that is close to it', () => {
  const before = picture(4_096, 1, (pixel) => ((pixel & 15) << 20) | (((pixel >> 4) & 15) << 12) | ((pixel >> 8) << 4))
  const { data } = PNG.sync.read(indexedPng(PNG.sync.write(before)))
  expect(new Set(new Uint32Array(data.buffer, data.byteOffset, 4_096)).size).toBeLessThanOrEqual(256)
  const farthest = data.reduce((most, value, at) => Math.max(most, Math.abs(value - before.data[at]!)), 0)
  expect(farthest).toBeLessThan(64)
})
