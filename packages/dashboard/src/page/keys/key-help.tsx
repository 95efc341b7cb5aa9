import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../parts/icons.tsx'
import { letterKeys } from '../state/preferences.ts'
import { t } from '../text/i18n.ts'
import { tellKeys, titleOf } from '../text/keys.ts'
import { COMMANDS } from './commands.ts'
import { helpOpen } from './open.ts'

/** Which key does what, and whether letters do anything. */
export default function KeyHelp(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current!.showModal(), [])
  return (
    <dialog
      class="key-help"
      ref={dialog}
      aria-label={tellKeys('keys.title')}
      onClose={() => (helpOpen.value = false)}
      onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <header>
        <h2>{tellKeys('keys.title')}</h2>
        <button
          type="button"
          class="button icon-button"
          aria-label={t('app.close')}
          onClick={() => dialog.current!.close()}
        >
          <Icon name="close" />
        </button>
      </header>
      <dl>
        {COMMANDS.filter(({ keys }) => keys !== undefined).map((command) => (
          <div key={command.id}>
            <dt>
              {command.keys!.split(/[ +]/).map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{titleOf(command)}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>←</kbd>
            <kbd>→</kbd>
          </dt>
          <dd>{t('chart.howKeys')}</dd>
        </div>
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked={letterKeys.value === 'on'}
          onChange={() => (letterKeys.value = letterKeys.value === 'on' ? 'off' : 'on')}
        />
        {tellKeys('keys.letters')}
      </label>
    </dialog>
  )
}
