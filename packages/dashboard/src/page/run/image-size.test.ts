import { assert, constantFrom, property, uint8Array } from 'fast-check'
import { PNG } from 'pngjs'
import { expect, it } from 'vitest'
import { imageSize } from './image-size.ts'

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

it.each([
  ['PNG', PNG.sync.write(new PNG({ width: 70, height: 3 })), 70, 3],
  ['GIF', bytes('474946383961 2c01 c800 00 00 00'), 300, 200],
  ['BMP', bytes(`424d ${'00'.repeat(16)} 05000000 faffffff`), 5, 6],
  ['JPEG', bytes('ffd8 ffe0 0004 0000 ff ffc4 0003 00 ffc0 0011 08 0010 0020 03'), 32, 16],
  ['WebP, lossy', bytes(`52494646 00000000 57454250 56503820 ${'00'.repeat(10)} 4001 f000`), 320, 240],
  ['WebP, lossless', bytes('52494646 00000000 57454250 5650384c 00000000 2f 3f c1 3b 00'), 320, 240],
  ['WebP, extended', bytes('52494646 00000000 57454250 56503858 0a000000 00000000 3f0100 ef0000'), 320, 240],
])('reads the dimensions of a %s', (_name, file, width, height) => {
  expect(imageSize(file)).toEqual({ width, height })
})

it('reads what a bomb says of itself, and decodes nothing', () => {
  const bomb = PNG.sync.write(new PNG({ width: 1, height: 1 }))
  bomb.writeUInt32BE(60_000, 16)
  bomb.writeUInt32BE(60_000, 20)
  expect(imageSize(bomb)).toEqual({ width: 60_000, height: 60_000 })
})

it('says nothing of what is cut, or no image, and never throws', () => {
  const starts = ['89504e470d0a1a0a', 'ffd8', '474946383961', '424d', '52494646000000005745425056503858', '']
  assert(
    property(constantFrom(...starts), uint8Array({ maxLength: 64 }), (start, rest) => {
      const size = imageSize(Buffer.concat([bytes(start), rest]))
      if (size) expect(size.width * size.height).toBeGreaterThan(0)
    }),
  )
  expect(imageSize(bytes('89504e470d0a1a0a 0000'))).toBeUndefined()
})
