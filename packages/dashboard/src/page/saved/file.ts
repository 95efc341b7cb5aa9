import { decodeFrame, type Frame } from '../../protocol/frame.ts'
import { fromBase64, type SavedView } from '../../export/saved-view.ts'

/** What the file that this script is part of shows. */
export const saved: SavedView = JSON.parse(document.querySelector('#saved-view')!.textContent) as SavedView

const frames = new Map<string, Frame>()

/** What the chart of a key is drawn from. */
export function frameOf(key: string): Frame | undefined {
  const known = frames.get(key)
  if (known) return known
  const text = saved.frames[saved.keys.indexOf(key)]
  if (text === undefined) return undefined
  const frame = decodeFrame(fromBase64(text))
  frames.set(key, frame)
  return frame
}
