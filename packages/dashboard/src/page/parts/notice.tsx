import type { ComponentChildren, JSX } from 'preact'

/** A written state: nothing is here yet, or something is wrong, and what leads on. */
export function Notice({
  title,
  children,
}: {
  readonly title: string
  readonly children?: ComponentChildren
}): JSX.Element {
  return (
    <section class="notice">
      <h2>{title}</h2>
      {children}
    </section>
  )
}
