import { passingZoom, resetZoom, zoomIn } from '../state/view.ts'
import type { ChartData } from './chart-data.ts'
import { cursor } from './cursor.ts'
import { valueAt, type Scale } from './scale.ts'
import { roundedRange, xScaleOf } from './scales.ts'

/** Least part of a chart between two fingers. */
const NEAREST = 0.02

/** Two fingers on a chart move, spread and shrink what is between them; the page is scrolled with one. */
export function zoomWithFingers(over: HTMLElement, data: ChartData): void {
  /** The axis as it was when they came, and where on it they were. */
  let held: { readonly scale: Scale; readonly places: readonly [number, number] } | undefined
  const placesOf = ({ touches }: TouchEvent): readonly [number, number] => {
    const { left, width } = over.getBoundingClientRect()
    const [a, b] = [touches[0]!, touches[1]!].map(({ clientX }) => (clientX - left) / width) as [number, number]
    return a < b ? [a, b] : [b, a]
  }
  over.addEventListener(
    'touchstart',
    (event) => {
      const view = data.view.peek()
      if (event.touches.length !== 2 || !view) return
      event.preventDefault()
      cursor.value = undefined
      held = { scale: xScaleOf(view, data.logFrom.peek()), places: placesOf(event) }
    },
    { passive: false },
  )
  over.addEventListener(
    'touchmove',
    (event) => {
      if (!held || event.touches.length !== 2) return
      event.preventDefault()
      passingZoom.value = viewBetween(held.scale, held.places, placesOf(event))
    },
    { passive: false },
  )
  const end = ({ touches }: TouchEvent): void => {
    if (!held || touches.length >= 2) return
    held = undefined
    const view = passingZoom.peek()
    if (!view) return
    const [first, last] = data.extent.peek()!
    if (view[0] <= first && view[1] >= last) resetZoom()
    // Nothing is beyond the first and the last point.
    else if (view[0] < last && view[1] > first)
      zoomIn(...roundedRange(Math.max(view[0], first), Math.min(view[1], last)))
    else passingZoom.value = undefined
  }
  over.addEventListener('touchend', end)
  over.addEventListener('touchcancel', end)
}

/** The view in which what was at two places of an axis is at two others. */
export function viewBetween(
  scale: Scale,
  [a, b]: readonly [number, number],
  [toA, toB]: readonly [number, number],
): readonly [from: number, to: number] {
  const times = Math.max(NEAREST, b - a) / Math.max(NEAREST, toB - toA)
  const start = (a + b) / 2 - (times * (toA + toB)) / 2
  return [valueAt(scale, start), valueAt(scale, start + times)]
}
