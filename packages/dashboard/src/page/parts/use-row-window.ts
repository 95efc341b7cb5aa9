import { useLayoutEffect, useState } from 'preact/hooks'

/** Which rows of one height are near the window of `scroller`. @param overscan - Rows on either side of those in view. */
export function useRowWindow(
  scroller: { readonly current: HTMLElement | null },
  count: number,
  rowHeight: number,
  overscan = 10,
): { readonly first: number; readonly last: number } {
  const [range, setRange] = useState({ first: 0, last: 4 * overscan })
  useLayoutEffect(() => {
    const element = scroller.current!
    const look = (): void => {
      const top = Math.floor(element.scrollTop / rowHeight)
      const bottom = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight)
      // In steps, so that not every pixel that is scrolled makes a new list.
      const next = {
        first: Math.max(0, top - (top % overscan) - overscan),
        last: bottom - (bottom % overscan) + 2 * overscan,
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
  }, [rowHeight, overscan])
  return { first: Math.min(range.first, Math.max(0, count - 1)), last: Math.min(range.last, count) }
}
