/** Bytes of a file that are looked at. */
export const SNIFFED = 16

const SIGNATURES: readonly [type: string, at: number, bytes: string][] = [
  ['image/png', 0, '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/gif', 0, 'GIF8'],
  ['image/webp', 8, 'WEBP'],
  ['image/bmp', 0, 'BM'],
  ['audio/wav', 8, 'WAVE'],
  ['audio/mpeg', 0, 'ID3'],
  ['audio/mpeg', 0, '\xff\xfb'],
  ['audio/ogg', 0, 'OggS'],
  ['audio/flac', 0, 'fLaC'],
  ['video/mp4', 4, 'ftyp'],
  ['video/webm', 0, '\x1a\x45\xdf\xa3'],
]

/** What a file is, by its first bytes: its name may say anything. Everything else is bytes. */
export function contentTypeOf(start: Buffer): string {
  const text = start.toString('latin1')
  return SIGNATURES.find(([, at, bytes]) => text.startsWith(bytes, at))?.[0] ?? 'application/octet-stream'
}
