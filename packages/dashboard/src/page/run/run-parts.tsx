import type { JSX } from 'preact'
import { wordCodec } from '../state/address.ts'
import { viewParam } from '../state/location.ts'
import { say } from '../text/screens.ts'

// oxfmt-ignore
export const PARTS = ['charts', 'overview', 'config', 'console', 'media', 'alerts', 'metadata', 'requirements', 'journal'] as const
export type RunPartName = (typeof PARTS)[number]

/** What of a run is looked at. */
export const runPart = viewParam<RunPartName>('part', wordCodec(PARTS), 'charts', { step: true })

/** @param counts - Said behind the names of parts that hold so many things. */
export function RunParts({ counts }: { readonly counts: Partial<Record<RunPartName, string>> }): JSX.Element {
  const move = (event: KeyboardEvent): void => {
    const at = PARTS.indexOf(runPart.value)
    const next =
      event.key === 'ArrowRight'
        ? at + 1
        : event.key === 'ArrowLeft'
          ? at - 1
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? PARTS.length - 1
              : undefined
    if (next === undefined) return
    event.preventDefault()
    runPart.value = PARTS[(next + PARTS.length) % PARTS.length]!
    document.querySelector<HTMLElement>(`#part-${runPart.value}`)?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label={say('run.parts')} onKeyDown={move}>
      {PARTS.map((part) => (
        <button
          key={part}
          id={`part-${part}`}
          type="button"
          role="tab"
          aria-selected={runPart.value === part}
          aria-controls="tab-panel"
          tabIndex={runPart.value === part ? 0 : -1}
          onClick={() => (runPart.value = part)}
        >
          {say(`part.${part}`)}
          {counts[part] !== undefined && <span class="quiet small"> {counts[part]}</span>}
        </button>
      ))}
    </div>
  )
}
