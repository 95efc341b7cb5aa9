import type { JSX } from 'preact'
import { navigate } from '../state/location.ts'
import { t } from '../text/i18n.ts'

export function BackToRuns(): JSX.Element {
  const open = (event: MouseEvent): void => {
    event.preventDefault()
    navigate('/')
  }
  return (
    <p>
      <a href="/" onClick={open}>
        {t('run.back')}
      </a>
    </p>
  )
}
