import type { JSX } from 'preact'
import { strokeOfRun } from '../charts/colors.ts'
import type { RunDetail, RunRow } from '../../protocol/runs.ts'
import { Link } from '../parts/link.tsx'
import { StateWord } from '../parts/state-word.tsx'
import { StrokeSample } from '../parts/stroke-sample.tsx'
import { addressOfScope, route } from '../state/route.ts'
import { durationOf } from '../table/columns.ts'
import { formatTime } from '../text/format.ts'
import { t } from '../text/i18n.ts'
import { say } from '../text/screens.ts'
import { endingSentence, headline, saysMore } from './ending.ts'
import { words } from './words.ts'

/** Which run this is, how it stands, and why. */
export function RunHeader({
  run,
  detail,
}: {
  readonly run: RunRow
  readonly detail: RunDetail | undefined
}): JSX.Element {
  const at = route.value
  const known = { duration: durationOf(run), lastStep: run.lastStep, metric: detail && headline(detail.columns) }
  return (
    <header class="run-header">
      <p class="small">
        <Link class="back" to={addressOfScope('scope' in at ? at.scope : {})}>
          <span aria-hidden="true">‹ </span>
          {t('run.back')}
        </Link>
      </p>
      <div class="run-title">
        <StrokeSample stroke={strokeOfRun(run.key)} />
        <h2>
          <bdi>{run.name}</bdi>
        </h2>
        <StateWord state={run.state} />
        {run.tags.map((tag) => (
          <bdi class="tag" key={tag}>
            {tag}
          </bdi>
        ))}
      </div>
      <p class="how">{endingSentence(run, known, words)}</p>
      {run.error !== undefined && run.error.message !== '' && saysMore(run) && (
        <p class="error-line">
          <bdi>
            {run.error.name}: {run.error.message.split('\n', 1)[0]}
          </bdi>
        </p>
      )}
      <p class="about small quiet">
        {run.project !== '' && <bdi>{run.project}</bdi>}
        {run.startTime > 0 && <span>{say('run.started', { time: formatTime(run.startTime) })}</span>}
        <span>{say('run.id', { id: run.id })}</span>
        {run.description !== undefined && run.description !== '' && <bdi>{run.description}</bdi>}
      </p>
    </header>
  )
}
