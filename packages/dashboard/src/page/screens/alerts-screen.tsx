import type { JSX } from 'preact'
import { AlertList } from '../alerts/alert-list.tsx'
import { Notice } from '../parts/notice.tsx'
import { detailOf } from '../state/details.ts'
import { drawnKeys, runOf } from '../state/runs.ts'
import { t } from '../text/i18n.ts'
import { say } from '../text/screens.ts'
import '../styles/screens.css'

/** Alerts of every run that is drawn. */
export default function AlertsScreen(): JSX.Element {
  const known = drawnKeys.value.map((key) => ({ run: runOf(key), detail: detailOf(key).value }))
  if (known.length === 0) return <Notice title={t('empty.chosen')} />
  const read = known.filter(({ detail }) => detail.state !== 'loading').length
  const alerts = known.flatMap(({ run, detail }) =>
    run && detail.state === 'here' ? detail.detail.alerts.map((alert) => ({ run, alert })) : [],
  )
  const status = read < known.length && say('table.reading', { n: read, all: known.length })
  return (
    <>
      <p class="reading quiet small" role="status">
        {status}
      </p>
      {(alerts.length > 0 || read === known.length) && <AlertList alerts={alerts} showsRuns={true} />}
    </>
  )
}
