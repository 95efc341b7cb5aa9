import { signal } from '@preact/signals'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { Alert, AlertLevel } from '@swanlab/core'
import type { RunRow } from '../../protocol/runs.ts'
import { Notice } from '../parts/notice.tsx'
import { RunLink } from '../parts/run-link.tsx'
import { ScrollX } from '../parts/scroll-x.tsx'
import { formatCount, formatTime } from '../text/format.ts'
import { say } from '../text/screens.ts'
import '../styles/alerts.css'

export interface ListedAlert {
  readonly run: RunRow
  readonly alert: Alert
}

const LEVELS = ['error', 'warn', 'info'] as const
/** Alerts that are listed at first, and each time that more are asked for. */
const LISTED = 200

const level = signal<AlertLevel | undefined>(undefined)

/** Alerts, newest first. */
export function AlertList({
  alerts,
  showsRuns,
}: {
  readonly alerts: readonly ListedAlert[]
  readonly showsRuns: boolean
}): JSX.Element {
  const [shown, setShown] = useState(LISTED)
  if (alerts.length === 0) return <Notice title={say('alerts.none')} />
  const wanted = level.value
  const found = alerts
    .filter(({ alert }) => wanted === undefined || alert.level === wanted)
    .toSorted((a, b) => b.alert.time - a.alert.time)
  return (
    <div>
      <div class="tools">
        <Levels alerts={alerts} />
        {showsRuns && (
          <span class="quiet small">
            {say('alerts.count', { n: alerts.length, runs: new Set(alerts.map(({ run }) => run.key)).size })}
          </span>
        )}
      </div>
      {found.length === 0 ? (
        <p class="notice quiet">{say('alerts.noneLevel')}</p>
      ) : (
        <ScrollX label={say('alerts.caption')}>
          <table class="data-table alert-table">
            <caption class="unseen">{say('alerts.caption')}</caption>
            <thead>
              <tr>
                <th scope="col">{say('alerts.level')}</th>
                <th scope="col">{say('alerts.title')}</th>
                {showsRuns && <th scope="col">{say('table.run')}</th>}
                <th scope="col" class="number">
                  {say('alerts.step')}
                </th>
                <th scope="col">{say('alerts.when')}</th>
              </tr>
            </thead>
            <tbody>
              {found.slice(0, shown).map((one, at) => (
                <Row key={`${one.run.key} ${one.alert.time} ${at}`} listed={one} showsRun={showsRuns} />
              ))}
            </tbody>
          </table>
        </ScrollX>
      )}
      {found.length > shown && (
        <p class="sheet">
          <button type="button" class="button outlined" onClick={() => setShown(shown + LISTED)}>
            {say('alerts.more', { n: Math.min(LISTED, found.length - shown) })}
          </button>
        </p>
      )}
    </div>
  )
}

function Levels({ alerts }: { readonly alerts: readonly ListedAlert[] }): JSX.Element {
  const count = (of: AlertLevel | undefined): string =>
    formatCount(of === undefined ? alerts.length : alerts.filter(({ alert }) => alert.level === of).length)
  return (
    <div class="levels" role="group" aria-label={say('alerts.level')}>
      {[undefined, ...LEVELS].map((one) => (
        <button
          key={one ?? 'all'}
          type="button"
          class="button outlined"
          aria-pressed={level.value === one}
          onClick={() => (level.value = one)}
        >
          {one === undefined ? say('alerts.all') : <Level level={one} />} <span class="small">{count(one)}</span>
        </button>
      ))}
    </div>
  )
}

function Level({ level: one }: { readonly level: AlertLevel }): JSX.Element {
  const known = LEVELS.includes(one) ? one : 'info'
  return <span class={`level level-${known}`}>{say(`alerts.${known}`)}</span>
}

function Row({
  listed: { run, alert },
  showsRun,
}: {
  readonly listed: ListedAlert
  readonly showsRun: boolean
}): JSX.Element {
  return (
    <tr>
      <td>
        <Level level={alert.level} />
      </td>
      <th scope="row">
        <bdi class="block">{alert.title}</bdi>
        {alert.text !== '' && <bdi class="block quiet alert-text">{alert.text}</bdi>}
        {alert.rule !== undefined && <span class="quiet small">{say('alerts.rule', { rule: alert.rule })}</span>}
      </th>
      {showsRun && (
        <td>
          <RunLink run={run} />
        </td>
      )}
      <td class="number">{alert.step === undefined ? '' : formatCount(alert.step)}</td>
      <td>{formatTime(alert.time)}</td>
    </tr>
  )
}
