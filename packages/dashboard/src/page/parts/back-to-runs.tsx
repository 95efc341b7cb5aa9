import type { JSX } from 'preact'
import { t } from '../text/i18n.ts'
import { Link } from './link.tsx'

export function BackToRuns(): JSX.Element {
  return (
    <p>
      <Link to="/">{t('run.back')}</Link>
    </p>
  )
}
