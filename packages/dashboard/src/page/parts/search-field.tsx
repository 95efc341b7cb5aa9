import type { Signal } from '@preact/signals'
import type { JSX } from 'preact'

interface SearchFieldProps {
  readonly text: Signal<string>
  /** Said by screen readers. */
  readonly label: string
  /** Shown while it is empty. Default: the label. */
  readonly example?: string | undefined
  readonly id?: string | undefined
  readonly onKeyDown?: ((event: KeyboardEvent) => void) | undefined
}

/** What is typed to find something. */
export function SearchField({ text, label, example = label, id, onKeyDown }: SearchFieldProps): JSX.Element {
  return (
    <input
      id={id}
      class="field"
      type="search"
      spellcheck={false}
      autocomplete="off"
      value={text.value}
      aria-label={label}
      placeholder={example}
      onInput={({ currentTarget }) => (text.value = currentTarget.value)}
      {...(onKeyDown && { onKeyDown })}
    />
  )
}
