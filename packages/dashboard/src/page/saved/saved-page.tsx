import type { JSX } from 'preact'
import { strokeOfRun } from '../charts/colors.ts'
import { Icon } from '../parts/icons.tsx'
import { ScrollX } from '../parts/scroll-x.tsx'
import { Spoken } from '../parts/spoken.tsx'
import { StateWord } from '../parts/state-word.tsx'
import { StrokeSample } from '../parts/stroke-sample.tsx'
import { endingSentence, evidenceOf, headline } from '../run/ending.ts'
import { Tree } from '../run/tree.tsx'
import { words } from '../run/words.ts'
import { ChartSections, FullChart } from '../screens/chart-sections.tsx'
import { grouping } from '../state/groups.ts'
import { nextTheme, otherLanguage, theme } from '../state/preferences.ts'
import { choose, isChosen } from '../state/runs.ts'
import { fullChart, isZoomed, resetZoom, smoothing } from '../state/view.ts'
import { durationOf } from '../table/columns.ts'
import { formatDuration, formatTime } from '../text/format.ts'
import { t } from '../text/i18n.ts'
import { tell } from '../text/saves.ts'
import { say } from '../text/screens.ts'
import type { SavedRun } from '../../export/saved-view.ts'
import { saved } from './file.ts'

/** Runs and charts as they were when they were saved. */
export function SavedPage(): JSX.Element {
  return (
    <div class="page">
      <header class="top-bar">
        <h1>SwanLab</h1>
        <span class="space" />
        {isZoomed.value && (
          <button type="button" class="button outlined" onClick={resetZoom}>
            {t('charts.resetZoom')}
          </button>
        )}
        <button
          type="button"
          class="button icon-button"
          aria-label={`${t('app.theme')}: ${t(`app.theme.${theme.value}`)}`}
          onClick={nextTheme}
        >
          <Icon name="theme" />
        </button>
        <button type="button" class="button" onClick={otherLanguage}>
          {t('app.language')}
        </button>
      </header>
      <div />
      <main class="scroller saved" tabIndex={-1}>
        <About />
        <Runs />
        <ChartSections />
        {fullChart.value !== undefined && <FullChart name={fullChart.value} />}
      </main>
      <Spoken />
    </div>
  )
}

function About(): JSX.Element {
  return (
    <section class="saved-about">
      <p>{tell('saved.about', { time: formatTime(saved.savedAt), runs: saved.runs.length, n: saved.keys.length })}</p>
      <p class="quiet small">
        {tell('save.buckets', { n: saved.buckets })}
        {smoothing.value !== undefined && ` ${tell('saved.smoothed')}`}
      </p>
      {saved.left > 0 && <p class="quiet small">{tell('saved.left', { n: saved.left })}</p>}
    </section>
  )
}

function Runs(): JSX.Element {
  return (
    <ScrollX className="saved-table" label={t('app.runs')}>
      <table class="saved-runs">
        <caption class="unseen">{t('app.runs')}</caption>
        <thead>
          <tr>
            <th scope="col">{tell('saved.run')}</th>
            <th scope="col">{say('table.state')}</th>
            <th scope="col">{tell('saved.ended')}</th>
            <th scope="col">{tell('saved.started')}</th>
            <th scope="col">{say('table.duration')}</th>
          </tr>
        </thead>
        <tbody>
          {saved.runs.map((run) => (
            <Run key={run.row.key} {...run} />
          ))}
        </tbody>
      </table>
    </ScrollX>
  )
}

function Run({ row, columns }: SavedRun): JSX.Element {
  const duration = durationOf(row)
  const evidence = evidenceOf(row.cause)
  return (
    <tr>
      <th scope="row">
        <label class="check">
          <input
            type="checkbox"
            checked={isChosen(row.key)}
            // Groups were put together from all of them.
            disabled={grouping.value !== undefined}
            aria-label={t('runs.show', { name: row.name })}
            onChange={({ currentTarget }) => choose([row.key], currentTarget.checked)}
          />
          <StrokeSample stroke={strokeOfRun(row.key)} />
          <bdi>{row.name}</bdi>
        </label>
      </th>
      <td>
        <StateWord state={row.state} />
      </td>
      <td class="how">
        <p>{endingSentence(row, { duration, lastStep: row.lastStep, metric: headline(columns) }, words)}</p>
        {row.error !== undefined && row.error.message !== '' && (
          <p>
            <bdi>
              {row.error.name}: {row.error.message.split('\n', 1)[0]}
            </bdi>
          </p>
        )}
        {evidence.length > 0 && (
          <ul class="quiet small">
            {evidence.map((one) => (
              <li key={one}>
                <bdi>{one}</bdi>
              </li>
            ))}
          </ul>
        )}
        {Object.keys(row.config).length > 0 && (
          <details>
            <summary>{tell('saved.config')}</summary>
            <Tree value={row.config} label={tell('saved.config')} />
          </details>
        )}
      </td>
      <td>{row.startTime > 0 && formatTime(row.startTime)}</td>
      <td class="number">{duration !== undefined && formatDuration(duration)}</td>
    </tr>
  )
}
