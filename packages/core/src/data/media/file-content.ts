import type { Problem } from '../scalar.ts'
import type { MediaContent } from './media.ts'
import { bytesOf } from './source.ts'

/** Formats of media by the bytes they begin with: names of files can be wrong. */
const SIGNATURES: readonly { readonly extension: string; readonly at?: number; readonly bytes: string }[] = [
  { extension: 'png', bytes: '\x89PNG\r\n\x1a\n' },
  { extension: 'jpg', bytes: '\xff\xd8\xff' },
  { extension: 'gif', bytes: 'GIF8' },
  { extension: 'bmp', bytes: 'BM' },
  { extension: 'webp', at: 8, bytes: 'WEBP' },
  { extension: 'wav', at: 8, bytes: 'WAVE' },
  { extension: 'flac', bytes: 'fLaC' },
  { extension: 'ogg', bytes: 'OggS' },
  { extension: 'mp3', bytes: 'ID3' },
  { extension: 'mp3', bytes: '\xff\xfb' },
  { extension: 'mp3', bytes: '\xff\xf3' },
  { extension: 'mp4', at: 4, bytes: 'ftyp' },
  { extension: 'webm', bytes: '\x1a\x45\xdf\xa3' },
  { extension: 'glb', bytes: 'glTF' },
]
const LONGEST = 16

/** The content of a ready-made file, if it is of one of these formats. @param formats - Endings of names. */
export function fileContent(source: unknown, formats: readonly string[]): MediaContent | Problem {
  const bytes = bytesOf(source)
  if ('problem' in bytes) return bytes
  const extension = formatOf(bytes, formats)
  if (extension !== undefined) return { bytes, extension }
  return { problem: bytes.length === 0 ? 'no bytes' : `bytes that are none of ${formats.join(', ')}` }
}

/** Ending of the name that a file of this content has, among those that are wanted; absent when it is none of them. */
function formatOf(bytes: Uint8Array, wanted: readonly string[]): string | undefined {
  const start = Buffer.from(bytes.subarray(0, LONGEST)).toString('latin1')
  return SIGNATURES.find(
    ({ extension, at = 0, bytes: signature }) => wanted.includes(extension) && start.startsWith(signature, at),
  )?.extension
}
