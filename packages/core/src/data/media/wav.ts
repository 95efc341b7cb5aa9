import type { Problem } from '../scalar.ts'
import { MAX_BYTES, tooLarge } from './source.ts'

/** Samples of one channel. */
export type Samples = Float32Array | Float64Array | Int16Array

const HEADER = 44
const BYTES = 2
const LOUDEST = 32_767

/** Samples as a WAV file of 16 bits. @param rate - In samples a second. */
export function encodeWav(channels: readonly Samples[], rate: number): Uint8Array | Problem {
  const frames = channels[0]!.length
  if (channels.some(({ length }) => length !== frames)) return { problem: 'channels of different length' }
  const size = frames * channels.length * BYTES
  if (size > MAX_BYTES) return tooLarge(size)
  const out = Buffer.alloc(HEADER + size)
  out.write('RIFF', 0, 'latin1')
  out.writeUInt32LE(out.length - 8, 4)
  out.write('WAVEfmt ', 8, 'latin1')
  out.writeUInt32LE(16, 16)
  out.writeUInt16LE(1, 20)
  out.writeUInt16LE(channels.length, 22)
  out.writeUInt32LE(rate, 24)
  out.writeUInt32LE(rate * channels.length * BYTES, 28)
  out.writeUInt16LE(channels.length * BYTES, 32)
  out.writeUInt16LE(BYTES * 8, 34)
  out.write('data', 36, 'latin1')
  out.writeUInt32LE(size, 40)
  let at = HEADER
  for (let frame = 0; frame < frames; frame++)
    for (const samples of channels) at = out.writeInt16LE(level(samples, frame), at)
  return out
}

function level(samples: Samples, frame: number): number {
  const value = samples[frame]!
  if (samples instanceof Int16Array) return value
  return Number.isNaN(value) ? 0 : Math.round(Math.min(1, Math.max(-1, value)) * LOUDEST)
}
