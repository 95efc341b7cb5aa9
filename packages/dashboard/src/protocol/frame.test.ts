import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeFrame, encodeFrame, FrameDecoder } from './frame.ts'

const header = { id: 'ü', from: 0, to: 1, lines: [] }
const arrays = fc.array(fc.array(fc.double()), { maxLength: 5 })

const encode = (all: readonly (readonly number[])[]): Uint8Array =>
  encodeFrame(header, new Map(all.map((array, n) => [String(n), Float64Array.from(array)])))

test('frames come out as they went in, in whatever pieces they travel', () => {
  fc.assert(
    fc.property(fc.array(arrays, { maxLength: 4 }), fc.array(fc.integer({ min: 1, max: 99 })), (frames, cuts) => {
      const bytes = Buffer.concat(frames.map(encode))
      const decoder = new FrameDecoder()
      const got: unknown[] = []
      for (let at = 0, n = 0; at < bytes.length; n++) {
        const size = cuts.length > 0 ? cuts[n % cuts.length]! : bytes.length
        got.push(...decoder.push(bytes.subarray(at, at + size)))
        at += size
      }
      decoder.end()
      expect(got).toMatchObject(frames.map((all) => ({ header, arrays: all.map((one) => Float64Array.from(one)) })))
    }),
  )
})

test('a frame that was cut, or is longer than it says, is refused', () => {
  fc.assert(
    fc.property(arrays, fc.nat(), (all, cut) => {
      const bytes = encode(all)
      const short = bytes.subarray(0, cut % bytes.length)
      expect(() => decodeFrame(short)).toThrow(RangeError)
      expect(() => decodeFrame(Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow(RangeError)
      const decoder = new FrameDecoder()
      decoder.push(short)
      if (short.length > 0) expect(() => decoder.end()).toThrow('a frame was cut')
    }),
  )
})

test('bytes that are no frame are refused, and take no memory', () => {
  expect(() => new FrameDecoder().push(Buffer.alloc(64, 0xff))).toThrow(RangeError)
  expect(() => new FrameDecoder().push(Buffer.alloc(64))).toThrow(RangeError)
})
