import { useLayoutEffect, useState } from 'preact/hooks'

/** Rows of a table that exist beyond those in view. */
const OVERSCAN = 10

/** Which rows of one height are near the window of `scroller`. */
export function useRowWindow(
  scroller: { readonly current: HTMLElement | null },
  count: number,
  rowHeight: number,
): { readonly first: number; readonly last: number } {
  const [range, setRange] = useState({ first: 0, last: 40 })
  useLayoutEffect(() => {
    const element = scroller.current!
    const look = (): void => {
      const top = Math.floor(element.scrollTop / rowHeight)
      const bottom = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight)
      const next = {
        first: Math.max(0, top - (top % OVERSCAN) - OVERSCAN),
        last: bottom - (bottom % OVERSCAN) + 2 * OVERSCAN,
      }
      setRange((now) => (now.first === next.first && now.last === next.last ? now : next))
    }
    const sizes = new ResizeObserver(look)
    sizes.observe(element)
    element.addEventListener('scroll', look, { passive: true })
    look()
    return () => {
      sizes.disconnect()
      element.removeEventListener('scroll', look)
    }
  }, [rowHeight])
  return { first: Math.min(range.first, Math.max(0, count - 1)), last: Math.min(range.last, count) }
}
