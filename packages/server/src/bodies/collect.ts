import type { Readable } from 'node:stream'
import { ApiError } from '../errors.ts'

/** Until so much has arrived, room is made for twice as much and not for all that is announced. */
const TRUSTED = 16 * 1024 * 1024
const FIRST = 64 * 1024

/**
 * The bytes of a stream.
 *
 * @param length - As announced; `NaN` when it is not.
 * @param onChunk - Called with the bytes that have arrived and those of them that are new; what it throws ends the reading.
 *   The rest of the stream is thrown away then, so that the client can read the answer.
 * @throws ApiError when the client goes away.
 */
export function collect(
  stream: Readable,
  length: number,
  onChunk: (arrived: number, more: number) => void,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer | undefined
    let arrived = 0

    function finish(settle: () => void): void {
      stream.off('data', take).off('end', end).off('error', leave).off('close', leave)
      stream.on('error', () => {})
      stream.resume()
      settle()
    }
    function take(chunk: Buffer): void {
      try {
        onChunk(arrived + chunk.length, chunk.length)
        bytes = bytes ? withRoom(bytes, arrived, arrived + chunk.length, length) : firstOf(chunk, length)
        if (bytes !== chunk) chunk.copy(bytes, arrived)
        arrived += chunk.length
      } catch (error) {
        finish(() => reject(error))
      }
    }
    function end(): void {
      finish(() => resolve(bytes?.subarray(0, arrived) ?? Buffer.alloc(0)))
    }
    function leave(): void {
      finish(() => reject(new ApiError(400, 'Bad_Request', 'the client went away')))
    }
    stream.on('data', take).on('end', end).on('error', leave).on('close', leave)
  })
}

/** A body that comes at once is not copied. */
function firstOf(chunk: Buffer, length: number): Buffer {
  return chunk.length === length ? chunk : Buffer.allocUnsafe(roomFor(chunk.length, FIRST, length))
}

function withRoom(bytes: Buffer, used: number, needed: number, length: number): Buffer {
  if (needed <= bytes.length) return bytes
  const larger = Buffer.allocUnsafe(roomFor(needed, bytes.length, length))
  bytes.copy(larger, 0, 0, used)
  return larger
}

function roomFor(needed: number, had: number, length: number): number {
  if (!(length >= needed)) return Math.max(needed, 2 * had)
  return needed > TRUSTED ? length : Math.min(length, Math.max(needed, 2 * had))
}
