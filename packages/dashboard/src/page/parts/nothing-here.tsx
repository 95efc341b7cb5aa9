import type { JSX } from 'preact'
import { mode } from '../api/mode.ts'
import { t } from '../text/i18n.ts'
import { BackToRuns } from './back-to-runs.tsx'
import { Notice } from './notice.tsx'

/** An address of nothing, or of something that the viewer may not see: which of them, nobody is told. */
export function NothingHere(): JSX.Element {
  return (
    <Notice title={t('page.nothing')}>
      {mode === 'server' && <p>{t('page.nothingText')}</p>}
      <BackToRuns />
    </Notice>
  )
}
