import type { ColumnKind } from '@swanlab/core'
import { moleculeIn, pointsIn, type Space } from './space.ts'
import { imageSize, MOST_PIXELS, type ImageSize } from './image-size.ts'

/** Bytes of the largest file that is shown. */
export const MOST_BYTES = 32 * 1024 * 1024
/** Characters of a text. */
const MOST_TEXT = 200_000

/** What may be done with a file: decided by its bytes, whatever it was logged as. */
export type Shown =
  | { readonly as: 'image'; readonly size: ImageSize }
  | { readonly as: 'audio' | 'video' }
  | { readonly as: 'text'; readonly text: string; readonly cut: boolean }
  /** Without scripts, in a frame that may do nothing. */
  | { readonly as: 'frame'; readonly type: 'text/html' | 'image/svg+xml' }
  /** An option of ECharts. */
  | { readonly as: 'chart'; readonly value: object }
  | { readonly as: 'space'; readonly space: Space }
  | { readonly as: 'nothing'; readonly why: 'kind' | 'not-that' | 'dimensions' }
  | { readonly as: 'nothing'; readonly why: 'pixels'; readonly size: ImageSize }

/**
 * @param type - Content type, from the first bytes.
 */
export function shownAs(kind: ColumnKind, type: string, bytes: Uint8Array): Shown {
  if (type.startsWith('image/')) return pictureOf(bytes)
  if (type.startsWith('audio/')) return { as: 'audio' }
  if (type.startsWith('video/')) return { as: 'video' }
  switch (kind) {
    case 'text':
      return textOf(bytes)
    case 'html':
      return { as: 'frame', type: 'text/html' }
    case 'image':
      return isSvg(bytes) ? { as: 'frame', type: 'image/svg+xml' } : { as: 'nothing', why: 'not-that' }
    case 'echarts':
      return chartOf(bytes)
    case 'object3d':
    case 'molecule': {
      const space = kind === 'molecule' ? moleculeIn(bytes) : pointsIn(bytes)
      return space ? { as: 'space', space } : { as: 'nothing', why: 'kind' }
    }
    case 'audio':
    case 'video':
      return { as: 'nothing', why: 'not-that' }
    default:
      return { as: 'nothing', why: 'kind' }
  }
}

function pictureOf(bytes: Uint8Array): Shown {
  const size = imageSize(bytes)
  if (!size) return { as: 'nothing', why: 'dimensions' }
  return size.width * size.height > MOST_PIXELS ? { as: 'nothing', why: 'pixels', size } : { as: 'image', size }
}

function textOf(bytes: Uint8Array): Shown {
  // Four bytes are the longest character.
  const text = new TextDecoder().decode(bytes.subarray(0, 4 * MOST_TEXT))
  return { as: 'text', text: text.slice(0, MOST_TEXT), cut: text.length > MOST_TEXT || bytes.length > 4 * MOST_TEXT }
}

function isSvg(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, 4_096))
  return /^\uFEFF?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*(?:<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/i.test(start)
}

function chartOf(bytes: Uint8Array): Shown {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return value !== null && typeof value === 'object' ? { as: 'chart', value } : textOf(bytes)
  } catch {
    return { as: 'nothing', why: 'not-that' }
  }
}
