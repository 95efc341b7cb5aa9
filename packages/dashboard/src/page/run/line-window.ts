/** Pixels of the tallest element that every browser draws. */
const TALLEST = 8_000_000

/** Which lines are in view, and where the first of them is. */
export interface LineWindow {
  /** Number of the line at the top, from 0. */
  readonly first: number
  readonly last: number
  /** Pixels of the first line that are above the top. */
  readonly offset: number
}

/** Height of what is scrolled. A console may have more lines than an element can be tall: then one pixel is several. */
export function scrollHeight(lines: number, lineHeight: number, viewHeight: number): number {
  return Math.max(viewHeight, Math.min(TALLEST, lines * lineHeight))
}

export function lineWindow(scrollTop: number, lines: number, lineHeight: number, viewHeight: number): LineWindow {
  const place = scrollTop * scale(lines, lineHeight, viewHeight)
  const first = Math.max(0, Math.min(lines - 1, Math.floor(place / lineHeight)))
  return {
    first,
    last: Math.min(lines, Math.ceil((place + viewHeight) / lineHeight) + 1),
    offset: Math.max(0, place - first * lineHeight),
  }
}

/** Where to scroll to, so that a line is `above` pixels below the top. */
export function scrollTopOf(
  line: number,
  above: number,
  lines: number,
  lineHeight: number,
  viewHeight: number,
): number {
  const most = scrollHeight(lines, lineHeight, viewHeight) - viewHeight
  const top = (line * lineHeight - above) / scale(lines, lineHeight, viewHeight)
  return Math.max(0, Math.min(most, top))
}

/** Pixels of lines for one that is scrolled. */
function scale(lines: number, lineHeight: number, viewHeight: number): number {
  const scrolled = scrollHeight(lines, lineHeight, viewHeight) - viewHeight
  return scrolled > 0 ? (lines * lineHeight - viewHeight) / scrolled : 1
}
