import type { Problem } from '../scalar.ts'
import { formatOf } from './format.ts'
import type { MediaContent } from './media.ts'
import { bytesOf } from './source.ts'

/** The content of a ready-made file, if it is of one of these formats. @param formats - Endings of names. */
export function fileContent(source: unknown, formats: readonly string[]): MediaContent | Problem {
  const bytes = bytesOf(source)
  if ('problem' in bytes) return bytes
  const extension = formatOf(bytes, formats)
  if (extension !== undefined) return { bytes, extension }
  return { problem: bytes.length === 0 ? 'no bytes' : `bytes that are none of ${formats.join(', ')}` }
}
