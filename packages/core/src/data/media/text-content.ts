import type { Problem } from '../scalar.ts'
import type { MediaContent } from './media.ts'
import { MAX_BYTES, tooLarge, whatIs } from './source.ts'

/** A file that holds this text. */
export function textContent(text: unknown, extension: string): MediaContent | Problem {
  if (!['string', 'number', 'boolean', 'bigint'].includes(typeof text)) return { problem: whatIs(text) }
  const bytes = Buffer.from(String(text))
  return bytes.length > MAX_BYTES ? tooLarge(bytes.length) : { bytes, extension }
}
