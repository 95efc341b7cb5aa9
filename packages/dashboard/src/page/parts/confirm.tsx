import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { tell } from '../text/account.ts'

/** Asks before something is done that somebody may not want; Escape, a click beside it and Cancel lead back. */
export function Confirm({
  title,
  action,
  children,
  onYes,
  onClose,
}: {
  readonly title: string
  /** What the button that does it says. */
  readonly action: string
  readonly children: ComponentChildren
  readonly onYes: () => void
  /** Called also after `onYes`. */
  readonly onClose: () => void
}): JSX.Element {
  const [dialog, heading] = [useRef<HTMLDialogElement>(null), useId()]
  useEffect(() => dialog.current!.showModal(), [])
  return (
    <dialog
      class="confirm"
      ref={dialog}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <h2 id={heading}>{title}</h2>
      {children}
      <p class="row">
        <button type="button" class="button outlined" autofocus onClick={() => dialog.current!.close()}>
          {tell('confirm.cancel')}
        </button>
        <button
          type="button"
          class="button filled"
          onClick={() => {
            onYes()
            dialog.current!.close()
          }}
        >
          {action}
        </button>
      </p>
    </dialog>
  )
}
