import type { JSX } from 'preact'
import { Notice } from '../parts/notice.tsx'
import { t } from '../text/i18n.ts'

export default function SettingsScreen(): JSX.Element {
  return <Notice title={t('loading.screen')} />
}
