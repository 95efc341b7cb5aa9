import type { JSX } from 'preact'
import { AlertList } from '../alerts/alert-list.tsx'
import { detailOf } from '../state/details.ts'
import { listedRuns } from '../state/runs.ts'
import { say } from '../text/screens.ts'
import '../styles/screens.css'

/** Runs that are read for their alerts: the newest that are listed. */
const MOST_RUNS = 100

/** Alerts of every run that is listed, drawn or not. */
export default function AlertsScreen(): JSX.Element {
  const all = listedRuns.value.length
  const known = listedRuns.value.slice(0, MOST_RUNS).map((run) => ({ run, detail: detailOf(run.key).value }))
  const read = known.filter(({ detail }) => detail.state !== 'loading').length
  const alerts = known.flatMap(({ run, detail }) =>
    detail.state === 'here' ? detail.detail.alerts.map((alert) => ({ run, alert })) : [],
  )
  return (
    <>
      <p class="reading quiet small" role="status">
        {read < known.length
          ? say('table.reading', { n: read, all: known.length })
          : known.length < all && say('alerts.cap', { n: known.length, all })}
      </p>
      {(alerts.length > 0 || read === known.length) && <AlertList alerts={alerts} showsRuns={true} />}
    </>
  )
}
