import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../parts/icons.tsx'
import { letterKeys } from '../state/preferences.ts'
import { t } from '../text/i18n.ts'
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
      aria-label={t('keys.title')}
      onClose={() => (helpOpen.value = false)}
      onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <header>
        <h2>{t('keys.title')}</h2>
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
        {COMMANDS.filter(({ keys }) => keys !== undefined).map(({ id, title, keys }) => (
          <div key={id}>
            <dt>
              {keys!.split(/[ +]/).map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{title()}</dd>
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
        {t('keys.letters')}
      </label>
    </dialog>
  )
}
