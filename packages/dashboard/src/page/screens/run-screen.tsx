import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { RunDetail, RunRow } from '../../protocol/runs.ts'
import { AlertList } from '../alerts/alert-list.tsx'
import { mode } from '../api/mode.ts'
import { BackToRuns } from '../parts/back-to-runs.tsx'
import { NothingHere } from '../parts/nothing-here.tsx'
import { Notice } from '../parts/notice.tsx'
import { usePageTitle } from '../parts/use-page-title.ts'
import { ConfigPart } from '../run/config-part.tsx'
import { ConsolePart } from '../run/console-part.tsx'
import { JournalPart } from '../run/journal-part.tsx'
import { MediaPart } from '../run/media-part.tsx'
import { MetadataPart } from '../run/metadata-part.tsx'
import { OverviewPart } from '../run/overview-part.tsx'
import { RequirementsPart } from '../run/requirements-part.tsx'
import { RunHeader } from '../run/run-header.tsx'
import { RunParts, runPart, type RunPartName } from '../run/run-parts.tsx'
import { detailOf, refreshDetail } from '../state/details.ts'
import { isOfRoute, route } from '../state/route.ts'
import { runsInScope } from '../state/runs.ts'
import { plain } from '../text/fill.ts'
import { formatPercent, formatShort } from '../text/format.ts'
import { t } from '../text/i18n.ts'
import { say } from '../text/screens.ts'
import { ChartsScreen } from './charts-screen.tsx'
import '../styles/screens.css'
import '../styles/run.css'

/** Milliseconds between two looks at what a running run has beside its rows. */
const LOOK = 4_000

/** Everything that is known of one run. */
export default function RunScreen(): JSX.Element {
  const at = route.value
  const run = at.page === 'run' ? runsInScope.value.find((one) => isOfRoute(one, at)) : undefined
  if (run) return <Run run={run} />
  if (mode === 'server') return <NothingHere />
  return (
    <Notice title={t('run.gone')}>
      <p>{t('run.goneText')}</p>
      <BackToRuns />
    </Notice>
  )
}

function Run({ run }: { readonly run: RunRow }): JSX.Element {
  usePageTitle(plain(run.name))
  useEffect(() => {
    if (run.state !== 'running') return
    const timer = setInterval(() => {
      if (!document.hidden) refreshDetail(run.key)
    }, LOOK)
    return () => clearInterval(timer)
  }, [run.key, run.state])
  const known = detailOf(run.key).value
  const detail = known.state === 'here' ? known.detail : undefined
  const part = runPart.value
  return (
    <div class="run-screen">
      <RunHeader run={run} detail={detail} />
      <RunParts counts={countsOf(detail)} />
      {detail?.indexed !== undefined && detail.indexed < 1 && (
        <p class="banner" role="status">
          {say('run.reading', { percent: formatPercent(detail.indexed) })}
        </p>
      )}
      <div class="run-part" id="tab-panel" role="tabpanel" aria-labelledby={`part-${part}`}>
        {part === 'charts' ? (
          <ChartsScreen />
        ) : known.state === 'here' ? (
          <Part part={part} run={run} detail={known.detail} />
        ) : known.state === 'failed' ? (
          <Notice title={known.gone ? t('run.gone') : t('error.failed', { message: known.message })}>
            {known.gone && <p>{t('run.goneText')}</p>}
            <button type="button" class="button outlined" onClick={() => refreshDetail(run.key)}>
              {t('gone.retry')}
            </button>
          </Notice>
        ) : (
          <p class="notice quiet">{t('loading.charts')}</p>
        )}
      </div>
    </div>
  )
}

interface PartProps {
  readonly part: RunPartName
  readonly run: RunRow
  readonly detail: RunDetail
}

function Part({ part, run, detail }: PartProps): JSX.Element {
  switch (part) {
    case 'config':
      return <ConfigPart config={detail.config} />
    case 'console':
      return <ConsolePart run={run} lines={detail.lines} />
    case 'media':
      return <MediaPart run={run} columns={detail.columns} />
    case 'alerts':
      return <AlertList alerts={detail.alerts.map((alert) => ({ run, alert }))} showsRuns={false} />
    case 'metadata':
      return <MetadataPart metadata={detail.metadata} />
    case 'requirements':
      return <RequirementsPart requirements={detail.requirements} />
    case 'journal':
      return <JournalPart detail={detail} />
    default:
      return <OverviewPart run={run} detail={detail} />
  }
}

function countsOf(detail: RunDetail | undefined): Partial<Record<RunPartName, string>> {
  if (!detail) return {}
  const counts: Partial<Record<RunPartName, number>> = {
    console: detail.lines,
    media: detail.columns.filter(({ kind }) => kind !== 'scalar').length,
    alerts: detail.alerts.length,
  }
  return Object.fromEntries(
    Object.entries(counts).flatMap(([part, count]) => (count > 0 ? [[part, formatShort(count)]] : [])),
  )
}
