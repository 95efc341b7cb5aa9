import { types } from 'node:util'
import type { Problem } from '../scalar.ts'
import { MAX_BYTES, tooLarge } from './source.ts'

/** Samples of one channel. */
export type Samples = Float32Array | Float64Array | Int16Array

const HEADER = 44
const BYTES = 2
const LOUDEST = 32_767
const MAX_CHANNELS = 64

/** Samples as a WAV file of 16 bits. @param rate - In samples a second; whole, and more than 0. */
export function encodeWav(given: readonly unknown[], rate: number): Uint8Array | Problem {
  if (given.length > MAX_CHANNELS) return { problem: `${given.length} channels, more than ${MAX_CHANNELS}` }
  // What is missing from a list is passed over by its own methods.
  const channels = Array.from({ length: given.length }, (_, at) => given[at])
  if (!channels.every(isSamples)) return { problem: 'channels that are not all samples' }
  const frames = channels[0]!.length
  if (frames === 0) return { problem: 'no samples' }
  if (channels.some(({ length }) => length !== frames)) return { problem: 'channels of different length' }
  const frame = channels.length * BYTES
  const size = frames * frame
  if (size > MAX_BYTES) return tooLarge(size)
  if (rate * frame >= 2 ** 32) return { problem: `a sample rate of ${rate}` }
  const out = Buffer.alloc(HEADER + size)
  out.write('RIFF', 0, 'latin1')
  out.writeUInt32LE(out.length - 8, 4)
  out.write('WAVEfmt ', 8, 'latin1')
  out.writeUInt32LE(16, 16)
  out.writeUInt16LE(1, 20)
  out.writeUInt16LE(channels.length, 22)
  out.writeUInt32LE(rate, 24)
  out.writeUInt32LE(rate * frame, 28)
  out.writeUInt16LE(frame, 32)
  out.writeUInt16LE(BYTES * 8, 34)
  out.write('data', 36, 'latin1')
  out.writeUInt32LE(size, 40)
  let at = HEADER
  for (let index = 0; index < frames; index++)
    for (const samples of channels) at = out.writeInt16LE(level(samples, index), at)
  return out
}

export function isSamples(value: unknown): value is Samples {
  return types.isFloat32Array(value) || types.isFloat64Array(value) || types.isInt16Array(value)
}

function level(samples: Samples, index: number): number {
  const value = samples[index]!
  if (types.isInt16Array(samples)) return value
  return Number.isNaN(value) ? 0 : Math.round(Math.min(1, Math.max(-1, value)) * LOUDEST)
}
