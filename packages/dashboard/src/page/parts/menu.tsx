import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { Icon } from './icons.tsx'

/** A button with a panel under it, which Escape, or a click elsewhere, closes. */
export function Menu({
  label,
  children,
}: {
  readonly label: string
  readonly children: (close: () => void) => ComponentChildren
}): JSX.Element {
  const [open, setOpen] = useState(false)
  const [id, root, button] = [useId(), useRef<HTMLDivElement>(null), useRef<HTMLButtonElement>(null)]
  const close = (): void => {
    setOpen(false)
    button.current?.focus()
  }
  useEffect(() => {
    if (!open) return
    const elsewhere = ({ target }: Event): void => {
      if (!root.current?.contains(target as Node)) setOpen(false)
    }
    document.addEventListener('pointerdown', elsewhere)
    document.addEventListener('focusin', elsewhere)
    return () => {
      document.removeEventListener('pointerdown', elsewhere)
      document.removeEventListener('focusin', elsewhere)
    }
  }, [open])
  const escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !open) return
    event.stopPropagation()
    close()
  }
  return (
    <div class="menu" ref={root} onKeyDown={escape}>
      <button
        ref={button}
        type="button"
        class="button outlined"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {label} <Icon name="down" />
      </button>
      <div class="menu-panel" id={id} hidden={!open}>
        {open && children(close)}
      </div>
    </div>
  )
}
