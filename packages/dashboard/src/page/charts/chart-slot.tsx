import { signal, type Signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { Chart } from './chart.tsx'

/** Distance to the screen at which a chart is made: soon enough to be there when it is scrolled to. */
const NEAR = '400px 0px'

const near = new Map<Element, Signal<boolean>>()
const observers = new WeakMap<Element, IntersectionObserver>()

/** Of what scrolls: around a scroller inside of the page, a margin of the window does not count. */
function observerIn(root: Element): IntersectionObserver {
  let observer = observers.get(root)
  if (!observer) {
    observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const shown = near.get(target)
          if (shown) shown.value = isIntersecting
        }
      },
      { root, rootMargin: NEAR },
    )
    observers.set(root, observer)
  }
  return observer
}

/** The place of a chart, which is there only while the place is near the screen. */
export function ChartSlot({ name }: { readonly name: string }): JSX.Element {
  const element = useRef<HTMLDivElement>(null)
  const shown = useMemo(() => signal(false), [])
  useEffect(() => {
    const target = element.current!
    near.set(target, shown)
    const observer = observerIn(target.closest('.scroller') ?? document.documentElement)
    observer.observe(target)
    return () => {
      observer.unobserve(target)
      near.delete(target)
    }
  }, [shown])
  return (
    <div class="chart-slot" ref={element}>
      {shown.value && <Chart name={name} />}
    </div>
  )
}
