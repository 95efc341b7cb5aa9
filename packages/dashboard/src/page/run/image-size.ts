/** Bytes in which every format here has said its dimensions, but for a JPEG with large metadata. */
export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** Pixels of the largest image that is decoded: 64 million of them take 256 MB. */
export const MOST_PIXELS = 64_000_000

/**
 * Dimensions of a PNG, JPEG, GIF, BMP or WebP file as its header says, without decoding any of it. Undefined: it is none of
 * these, or does not say.
 */
export function imageSize(bytes: Uint8Array): ImageSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    const size = readSize(bytes, view)
    return size && size.width > 0 && size.height > 0 ? size : undefined
  } catch {
    // It ends before it has said so.
    return undefined
  }
}

function readSize(bytes: Uint8Array, view: DataView): ImageSize | undefined {
  const text = (at: number, length: number): string => String.fromCharCode(...bytes.subarray(at, at + length))
  if (text(0, 8) === '\x89PNG\r\n\x1A\n') return { width: view.getUint32(16), height: view.getUint32(20) }
  if (text(0, 4) === 'GIF8') return { width: view.getUint16(6, true), height: view.getUint16(8, true) }
  if (text(0, 2) === 'BM')
    return { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) }
  if (text(0, 4) === 'RIFF' && text(8, 4) === 'WEBP') return webpSize(view, text(12, 4))
  return view.getUint16(0) === 0xff_d8 ? jpegSize(view) : undefined
}

function webpSize(view: DataView, chunk: string): ImageSize | undefined {
  const uint24 = (at: number): number => view.getUint16(at, true) + 65_536 * view.getUint8(at + 2)
  if (chunk === 'VP8X') return { width: 1 + uint24(24), height: 1 + uint24(27) }
  if (chunk === 'VP8 ') return { width: view.getUint16(26, true) & 0x3f_ff, height: view.getUint16(28, true) & 0x3f_ff }
  if (chunk !== 'VP8L') return undefined
  const bits = view.getUint32(21, true)
  return { width: 1 + (bits & 0x3f_ff), height: 1 + ((bits >>> 14) & 0x3f_ff) }
}

/** Markers of a JPEG that start a frame: all of C0 to CF but the tables among them. */
const NO_FRAME: ReadonlySet<number> = new Set([0xc4, 0xc8, 0xcc])

function jpegSize(view: DataView): ImageSize | undefined {
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) return undefined
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) at++
    else if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAME.has(marker))
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
    else if (marker === 0xda || marker === 0xd9) return undefined
    else at += 2 + view.getUint16(at + 2)
  }
}
