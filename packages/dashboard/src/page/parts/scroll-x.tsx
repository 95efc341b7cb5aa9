import type { ComponentChildren, JSX } from 'preact'

/** What may be wider than the page, and then scrolls by itself, by keyboard too. */
export function ScrollX({
  label,
  className = '',
  children,
}: {
  readonly label: string
  readonly className?: string | undefined
  readonly children: ComponentChildren
}): JSX.Element {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- What scrolls has to be reachable by keyboard.
    <div class={`scroll-x ${className}`} tabIndex={0} role="region" aria-label={label}>
      {children}
    </div>
  )
}
