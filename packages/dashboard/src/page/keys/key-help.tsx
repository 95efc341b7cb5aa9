import type { JSX } from 'preact'
import { TitledDialog } from '../parts/titled-dialog.tsx'
import { letterKeys } from '../state/preferences.ts'
import { t } from '../text/i18n.ts'
import { tellKeys, titleOf } from '../text/keys.ts'
import { COMMANDS } from './commands.ts'
import { helpOpen } from './open.ts'

/** Which key does what, and whether letters do anything. */
export default function KeyHelp(): JSX.Element {
  return (
    <TitledDialog title={tellKeys('keys.title')} onClose={() => (helpOpen.value = false)}>
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
    </TitledDialog>
  )
}
