import type { ComponentChildren, JSX } from 'preact'
import { useLayoutEffect } from 'preact/hooks'
import { useRowWindow } from './use-row-window.ts'

export interface WindowedRowsProps {
  readonly count: number
  /** Pixels of one row. */
  readonly rowHeight: number
  readonly row: (index: number) => ComponentChildren
  readonly keyOf: (index: number) => string | number
  /** Row that is to be in view; scrolled to when it changes. */
  readonly current?: number | undefined
  /** What scrolls. */
  readonly scroller: { readonly current: HTMLElement | null }
  /** Rows that exist on either side of those in view. */
  readonly overscan?: number | undefined
}

/**
 * Rows of one height, of which those near the window of `scroller` exist. A library for rows of any height would take a
 * sixth of what the first screen may cost.
 */
export function WindowedRows(props: WindowedRowsProps): JSX.Element {
  const { count, rowHeight, row, keyOf, current, scroller, overscan = 8 } = props
  const { first, last } = useRowWindow(scroller, count, rowHeight, overscan)
  useLayoutEffect(() => {
    const element = scroller.current
    if (!element || current === undefined || current < 0) return
    const [top, bottom] = [current * rowHeight, (current + 1) * rowHeight]
    if (top < element.scrollTop) element.scrollTop = top
    else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight
  }, [current, rowHeight])
  return (
    <div class="windowed" style={{ height: `${count * rowHeight}px` }}>
      {Array.from({ length: Math.max(0, last - first) }, (_, at) => (
        <div key={keyOf(first + at)} style={{ transform: `translateY(${(first + at) * rowHeight}px)` }}>
          {row(first + at)}
        </div>
      ))}
    </div>
  )
}
