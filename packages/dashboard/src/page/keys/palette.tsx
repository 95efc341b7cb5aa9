import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { metricKeys } from '../state/details.ts'
import { navigate } from '../state/location.ts'
import { addressOf } from '../state/route.ts'
import { runsInScope } from '../state/runs.ts'
import { fullChart, tab } from '../state/view.ts'
import { t } from '../text/i18n.ts'
import { tellKeys, titleOf } from '../text/keys.ts'
import { COMMANDS } from './commands.ts'
import { paletteOpen } from './open.ts'
import { rank } from './rank.ts'

interface Entry {
  readonly id: string
  readonly title: string
  /** What kind of thing it is, or the key that does the same. */
  readonly hint: string
  readonly run: () => void
}

const MOST_SHOWN = 12

/** Every command, run and metric by name. */
export default function Palette(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  const text = useMemo(() => signal(''), [])
  const at = useMemo(() => signal(0), [])
  useEffect(() => dialog.current!.showModal(), [])
  const found = rank(text.value, entries(), ({ title }) => title).slice(0, MOST_SHOWN)
  const current = Math.min(at.value, found.length - 1)
  const take = (entry: Entry | undefined): void => {
    if (!entry) return
    dialog.current!.close()
    entry.run()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') take(found[current])
    else if (event.key === 'ArrowDown') at.value = (current + 1) % found.length
    else if (event.key === 'ArrowUp') at.value = (current + found.length - 1) % found.length
    else return
    event.preventDefault()
  }
  return (
    <dialog
      class="palette"
      ref={dialog}
      aria-label={t('keys.palette')}
      onClose={() => (paletteOpen.value = false)}
      onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <input
        class="field"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found[current] && `palette-${current}`}
        aria-label={tellKeys('palette.search')}
        placeholder={tellKeys('palette.search')}
        spellcheck={false}
        autocomplete="off"
        value={text.value}
        onInput={({ currentTarget }) => {
          text.value = currentTarget.value
          at.value = 0
        }}
        onKeyDown={onKeyDown}
      />
      <ul id="palette-list" role="listbox" aria-label={t('keys.palette')}>
        {found.map((entry, index) => (
          <li
            key={entry.id}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === current}
            onClick={() => take(entry)}
            onPointerMove={() => (at.value = index)}
          >
            <span class="cut">{entry.title}</span>
            <kbd>{entry.hint}</kbd>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="quiet">{tellKeys('palette.none')}</p>}
    </dialog>
  )
}

function entries(): readonly Entry[] {
  return [
    ...COMMANDS.filter(({ id }) => id !== 'palette').map((command) => ({
      id: `command ${command.id}`,
      title: titleOf(command),
      hint: command.keys ?? '',
      run: command.run,
    })),
    ...metricKeys.value.map(({ key }) => ({
      id: `metric ${key}`,
      title: key,
      hint: t('palette.metric'),
      run: () => {
        tab.value = 'charts'
        fullChart.value = key
      },
    })),
    ...runsInScope.value.map((run) => ({
      id: `run ${run.key}`,
      title: run.name,
      hint: tellKeys('palette.run'),
      run: () => navigate(addressOf(run)),
    })),
  ]
}
