import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PNG } from 'pngjs'
import { afterAll, describe, expect, it } from 'vitest'
import { Image } from './image.ts'
import { MAX_BYTES } from './source.ts'

const folder = mkdtempSync(join(tmpdir(), 'image-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What another library reads in the picture: RGBA. */
function decoded(image: Image): { width: number; height: number; pixels: number[][] } {
  const content = image._content()
  if ('problem' in content) expect.fail(content.problem)
  expect(content.extension).toBe('png')
  const { width, height, data } = PNG.sync.read(Buffer.from(content.bytes))
  return {
    width,
    height,
    pixels: Array.from({ length: width * height }, (_, at) => [...data.subarray(4 * at, 4 * at + 4)]),
  }
}

describe('pixels', () => {
  it.each([
    [1, [7, 7, 7, 255]],
    [2, [7, 7, 7, 8]],
    [3, [7, 8, 9, 255]],
    [4, [7, 8, 9, 10]],
  ] as const)('of %i channels are kept as PNG', (channels, last) => {
    const data = Uint8Array.from({ length: 6 * channels }, (_, at) =>
      at < 5 * channels ? 250 - at * 9 : 7 + at - 5 * channels,
    )
    const { width, height, pixels } = decoded(new Image({ data, width: 2, height: 3 }))
    expect([width, height, pixels[5]]).toEqual([2, 3, last])
    const grey = channels < 3
    const first = [data[0], grey ? data[0] : data[1], grey ? data[0] : data[2]]
    expect(pixels[0]!.slice(0, 3)).toEqual(first)
    expect(pixels[3]![0]).toBe(data[3 * channels])
  })

  it('are rounded and kept within a byte', () => {
    const { pixels } = decoded(new Image([[-5, 0.4, 254.6, 999, Number.NaN]]))
    expect(pixels.map(([grey]) => grey)).toEqual([0, 0, 255, 255, 0])
  })

  it('may be nested rows of pixels', () => {
    expect(
      decoded(
        new Image([
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ]),
      ),
    ).toEqual({
      width: 2,
      height: 1,
      pixels: [
        [1, 2, 3, 255],
        [4, 5, 6, 255],
      ],
    })
  })

  it('are as many as they say, whatever their iterator does', () => {
    const data = Object.assign([1, 2], {
      *[Symbol.iterator]() {
        for (;;) yield 1
      },
    })
    expect(decoded(new Image({ data, width: 2, height: 1 })).pixels.map(([grey]) => grey)).toEqual([1, 2])
    let asked = 0
    const lying = {
      0: 9,
      get length() {
        return asked++ === 0 ? 1 : 1e9
      },
    }
    expect(decoded(new Image({ data: lying, width: 1, height: 1 })).pixels).toEqual([[9, 9, 9, 255]])
  })

  it('survive as noise, which does not compress', () => {
    let seed = 1
    const data = Uint8ClampedArray.from({ length: 61 * 47 * 4 }, () => (seed = (seed * 48_271) % 2_147_483_647) & 255)
    expect(decoded(new Image({ data, width: 61, height: 47 })).pixels.flat()).toEqual([...data])
  })

  it.each<[unknown, string]>([
    [{ data: [1, 2, 3], width: 2, height: 1 }, '3 numbers for 2 x 1 pixels, which are not 1 to 4 a pixel'],
    [{ data: new Uint8Array(10), width: 2, height: 1 }, '10 numbers for 2 x 1 pixels, which are not 1 to 4 a pixel'],
    [{ data: null, width: 2, height: 1 }, 'NaN numbers for 2 x 1 pixels, which are not 1 to 4 a pixel'],
    [{ data: [1], width: 0, height: 1 }, 'pixels of 0 x 1'],
    [{ data: [1] }, 'pixels of undefined x undefined'],
    [[[1, 2], [3]], 'rows of different length'],
    [[], 'a list that is not one of rows'],
    [[1, 2], 'a list that is not one of rows'],
    [[[[1]], [[2, 3]]], 'pixels of different channels'],
    [[[1, [2, 3]]], 'pixels that are not numbers'],
    [[[[1, 2], 3]], 'pixels of different channels'],
    [[[[]]], 'pixels of 0 numbers, which are not 1 to 4'],
    [[['1']], 'pixels that are not numbers'],
    [Object.assign([[1]], { length: 3 }), 'rows of different length'],
    [Object.assign([[1]], { length: 4e9 }), `4000000000 bytes, more than ${MAX_BYTES}`],
    [{ data: [1n], width: 1, height: 1 }, 'pixels that are not numbers'],
    [{ data: { length: 4 }, width: 2, height: 2 }, 'pixels that are not numbers'],
    [{ data: [1], width: 'x'.repeat(1e6), height: 1 }, `pixels of ${'x'.repeat(79)}… x 1`],
    [
      { data: { length: MAX_BYTES + 1 }, width: 1, height: MAX_BYTES + 1 },
      `${MAX_BYTES + 1} bytes, more than ${MAX_BYTES}`,
    ],
  ])('%# are none', (source, problem) => {
    expect(new Image(source as never)._content()).toEqual({ problem })
  })
})

describe('a picture', () => {
  const png = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1')

  it.each([
    ['png', '\x89PNG\r\n\x1a\n'],
    ['jpg', '\xff\xd8\xff\xe0'],
    ['gif', 'GIF89a'],
    ['bmp', 'BM1234'],
    ['webp', 'RIFF\0\0\0\0WEBPVP8 '],
  ])('in the format %s is kept as it is', (extension, start) => {
    const bytes = Buffer.from(`${start}rest`, 'latin1')
    expect(new Image(bytes)._content()).toEqual({ bytes, extension })
  })

  it('is read when it is logged, from a path, an address or a buffer', () => {
    const path = join(folder, 'later.jpeg')
    const images = [new Image(path), new Image(pathToFileURL(path))]
    writeFileSync(path, png)
    for (const image of images) expect(image._content()).toEqual({ bytes: png, extension: 'png' })
    const copy = new Uint8Array(png).buffer
    expect(new Image(copy)._content()).toEqual({ bytes: new Uint8Array(png), extension: 'png' })
  })

  it.each<[unknown, string]>([
    [join(folder, 'none.png'), `the path of no file (${join(folder, 'none.png')}: ENOENT)`],
    [folder, `the path of no file (${folder})`],
    ['a\0b', 'the path of no file (a?b: ERR_INVALID_ARG_VALUE)'],
    [new URL('https://example.com/a.png'), 'an address (https://…), and no path'],
    [Buffer.from('hello'), 'bytes that are none of png, jpg, gif, bmp, webp'],
    [Buffer.alloc(0), 'no bytes'],
    [undefined, 'undefined'],
    [null, 'null'],
    [7, 'a number'],
    [new Map(), 'an object of class Map'],
    [{}, 'an object'],
  ])('%j is none', (source, problem) => {
    expect(new Image(source as never)._content()).toEqual({ problem })
  })
})
