import type { JSX } from 'preact'
import { refused } from '../api/client.ts'
import { Notice } from '../parts/notice.tsx'
import { t } from '../text/i18n.ts'

/** The server does not know who asks. */
export default function SignIn(): JSX.Element {
  return (
    <Notice title={t('refused.title')}>
      <p>{refused.value}</p>
    </Notice>
  )
}
