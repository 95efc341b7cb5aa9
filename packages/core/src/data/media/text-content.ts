import type { Problem } from '../scalar.ts'
import type { MediaContent } from './media.ts'
import { MAX_BYTES, tooLarge, whatIs } from './source.ts'

/** A file that holds this text. */
export function textContent(given: unknown, extension: string): MediaContent | Problem {
  if (!['string', 'number', 'boolean', 'bigint'].includes(typeof given)) return { problem: whatIs(given) }
  const text = String(given)
  const size = Buffer.byteLength(text)
  return size > MAX_BYTES ? tooLarge(size) : { bytes: Buffer.from(text), extension }
}
