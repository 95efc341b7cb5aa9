import type { Signal } from '@preact/signals'
import type { JSX } from 'preact'

/** What is typed to find something. @param label - Said, and shown while it is empty. */
export function SearchField({ text, label }: { readonly text: Signal<string>; readonly label: string }): JSX.Element {
  return (
    <input
      class="field"
      type="search"
      value={text.value}
      aria-label={label}
      placeholder={label}
      onInput={({ currentTarget }) => (text.value = currentTarget.value)}
    />
  )
}
