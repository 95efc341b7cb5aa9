import type { ComponentChildren, JSX } from 'preact'

interface TabListProps<Name extends string> {
  readonly names: readonly Name[]
  readonly chosen: Name
  readonly onChoose: (name: Name) => void
  /** What comes before a name in the id of its tab. */
  readonly prefix: string
  readonly label?: string | undefined
  readonly content: (name: Name) => ComponentChildren
}

/** Tabs over `#tab-panel`, of which one is reached by Tab, and the others by arrows, Home and End. */
export function TabList<Name extends string>(props: TabListProps<Name>): JSX.Element {
  const { names, chosen, onChoose, prefix, label, content } = props
  const move = (event: KeyboardEvent): void => {
    const at = names.indexOf(chosen)
    const places: Readonly<Record<string, number>> = {
      ...{ ArrowRight: at + 1, ArrowLeft: at - 1 },
      ...{ Home: 0, End: names.length - 1 },
    }
    const place = places[event.key]
    if (place === undefined) return
    event.preventDefault()
    const next = names[(place + names.length) % names.length]!
    onChoose(next)
    document.querySelector<HTMLElement>(`#${prefix}-${next}`)?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {names.map((name) => (
        <button
          key={name}
          id={`${prefix}-${name}`}
          type="button"
          role="tab"
          aria-selected={name === chosen}
          aria-controls="tab-panel"
          tabIndex={name === chosen ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {content(name)}
        </button>
      ))}
    </div>
  )
}
