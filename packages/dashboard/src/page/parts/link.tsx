import type { ComponentChildren, JSX } from 'preact'
import { navigate } from '../state/location.ts'

/** Leads to another page of this one; opened in a tab of its own it is asked for as any address is. */
export function Link({
  to,
  view,
  children,
  ...rest
}: {
  readonly to: string
  /** See `navigate`. */
  readonly view?: 'same' | 'fresh' | undefined
  readonly class?: string | undefined
  readonly title?: string | undefined
  readonly 'aria-label'?: string | undefined
  readonly children?: ComponentChildren
}): JSX.Element {
  const open = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    navigate(to, view)
  }
  return (
    <a href={to} onClick={open} {...rest}>
      {children}
    </a>
  )
}
