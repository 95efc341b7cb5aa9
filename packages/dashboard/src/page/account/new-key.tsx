import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { CopyButton } from '../parts/copy-button.tsx'
import { tell } from '../text/account.ts'

/** A key, the once that it is shown. It is nowhere but here: whoever leaves the screen has left it behind. */
export function NewKey({ value, onDone }: { readonly value: string; readonly onDone: () => void }): JSX.Element {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current!.focus(), [])
  return (
    <section class="new-key" aria-labelledby="new-key-label">
      <label id="new-key-label" for="new-key">
        {tell('keys.made')}
      </label>
      <p class="row">
        <input
          id="new-key"
          ref={field}
          class="field"
          readOnly
          autocomplete="off"
          value={value}
          aria-describedby="new-key-text"
          onFocus={({ currentTarget }) => currentTarget.select()}
        />
        <CopyButton label={tell('keys.copy')} text={() => value} />
        <button type="button" class="button outlined" onClick={onDone}>
          {tell('keys.done')}
        </button>
      </p>
      <p id="new-key-text">{tell('keys.madeText')}</p>
      <p class="quiet small">
        {tell('keys.use')} <code>SWANLAB_API_KEY</code>, <code>SWANLAB_API_HOST={location.origin}</code>
      </p>
    </section>
  )
}
