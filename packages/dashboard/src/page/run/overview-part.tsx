import type { ComponentChildren, JSX } from 'preact'
import { useState } from 'preact/hooks'
import { getJson } from '../api/client.ts'
import type { ColumnSummary, ConsolePage, RunDetail, RunPart, RunRow } from '../../protocol/runs.ts'
import { ScrollX } from '../parts/scroll-x.tsx'
import { StateWord } from '../parts/state-word.tsx'
import { useLoaded } from '../parts/use-loaded.ts'
import { durationOf } from '../table/columns.ts'
import { formatCount, formatDuration, formatTime, formatValue } from '../text/format.ts'
import { say } from '../text/screens.ts'
import { ConsoleText } from './console-text.tsx'
import { causePhrase, evidenceOf, saysMore } from './ending.ts'
import { runPart } from './run-parts.tsx'
import { words } from './words.ts'

/** Lines that are shown of the end of the console. */
const LAST_LINES = 12
/** Pixels of one, as the style sheet has it. */
const LINE = 20
/** Metrics that are listed at once. */
const METRICS = 30

/** How the run ended, what it came to, and who was there. */
export function OverviewPart({ run, detail }: { readonly run: RunRow; readonly detail: RunDetail }): JSX.Element {
  return (
    <div class="sheet overview">
      <Ending run={run} />
      <LastLines run={run} lines={detail.lines} />
      <Metrics columns={detail.columns} />
      <Parts parts={detail.parts} />
      <Callbacks callbacks={detail.callbacks} />
      <Losses losses={detail.losses} />
    </div>
  )
}

function Section({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  )
}

function Ending({ run }: { readonly run: RunRow }): JSX.Element {
  const duration = durationOf(run)
  const evidence = evidenceOf(run.cause)
  const unexplained = run.state === 'lost' || run.cause?.type === 'lost'
  return (
    <Section title={say(run.state === 'running' ? 'overview.howRunning' : 'overview.how')}>
      <dl class="facts">
        <Fact name={say('overview.why')}>{causePhrase(run, words)}</Fact>
        {run.startTime > 0 && (
          <Fact name={say(run.endTime === undefined ? 'overview.lastSign' : 'overview.ended')}>
            {formatTime(run.endTime ?? run.lastTime)}
          </Fact>
        )}
        {duration !== undefined && <Fact name={say('table.duration')}>{formatDuration(duration)}</Fact>}
        {run.lastStep !== undefined && <Fact name={say('table.step')}>{formatCount(run.lastStep)}</Fact>}
      </dl>
      {evidence.length > 0 && (
        <>
          <h4>{say('overview.evidence')}</h4>
          <ul class="evidence" lang="en">
            {evidence.map((fact) => (
              <li key={fact}>
                <bdi>{fact}</bdi>
              </li>
            ))}
          </ul>
        </>
      )}
      {unexplained && <p class="quiet">{say('overview.noEvidence')}</p>}
      {run.error !== undefined && saysMore(run) && (
        <>
          <h4>{say('overview.error')}</h4>
          <pre class="text wrap">
            <bdi>
              {run.error.name}: {run.error.message}
            </bdi>
          </pre>
          {run.error.stack !== undefined && run.error.stack !== '' && (
            <details class="stack">
              <summary>{say('overview.stack')}</summary>
              <pre class="text" tabIndex={0}>
                {run.error.stack}
              </pre>
            </details>
          )}
        </>
      )}
    </Section>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function LastLines({ run, lines }: { readonly run: RunRow; readonly lines: number }): JSX.Element | null {
  const loaded = useLoaded(
    async (signal) =>
      lines === 0
        ? undefined
        : getJson<ConsolePage>(
            `/runs/${encodeURIComponent(run.key)}/console`,
            { from: Math.max(1, lines - LAST_LINES + 1), count: LAST_LINES },
            signal,
          ),
    [run.key, lines],
  )
  if (lines === 0) return null
  return (
    <Section title={say('overview.lines')}>
      <ScrollX label={say('overview.lines')} className="last-lines">
        {loaded.state === 'loading' && <div style={{ height: `${Math.min(lines, LAST_LINES) * LINE}px` }} />}
        {loaded.state === 'here' &&
          loaded.value?.lines.map((line) => (
            <ConsoleText key={line.line} line={line} width={formatCount(lines).length} />
          ))}
        {loaded.state === 'failed' && <p>{loaded.message}</p>}
      </ScrollX>
      <p>
        <button type="button" class="button outlined" onClick={() => (runPart.value = 'console')}>
          {say('overview.allLines')}
        </button>
      </p>
    </Section>
  )
}

function Metrics({ columns }: { readonly columns: readonly ColumnSummary[] }): JSX.Element | null {
  const [all, setAll] = useState(false)
  const scalars = columns.filter(({ kind }) => kind === 'scalar')
  if (scalars.length === 0) return null
  return (
    <Section title={say('overview.values')}>
      <ScrollX label={say('overview.valuesCaption')}>
        <table class="data-table">
          <caption class="unseen">{say('overview.valuesCaption')}</caption>
          <thead>
            <tr>
              <th scope="col">{say('overview.key')}</th>
              {(['last', 'min', 'min-step', 'max', 'max-step', 'count'] as const).map((field) => (
                <th scope="col" class="number" key={field}>
                  {say(field.endsWith('-step') ? 'overview.at' : `table.${field}`)}
                </th>
              ))}
              <th scope="col" class="number">
                {say('overview.nonFinite')}
              </th>
            </tr>
          </thead>
          <tbody>
            {(all ? scalars : scalars.slice(0, METRICS)).map((column) => (
              <MetricRow key={column.key} column={column} />
            ))}
          </tbody>
        </table>
      </ScrollX>
      {!all && scalars.length > METRICS && (
        <button type="button" class="button outlined" onClick={() => setAll(true)}>
          {say('overview.allValues', { n: scalars.length })}
        </button>
      )}
    </Section>
  )
}

function MetricRow({ column }: { readonly column: ColumnSummary }): JSX.Element {
  const { key, last, min, minStep, max, maxStep, count, nonFinite } = column
  const step = (value: number | undefined): string => (value === undefined ? '' : formatCount(value))
  const number = (value: typeof last): string => (value === undefined ? '' : formatValue(value))
  return (
    <tr>
      <th scope="row">
        <bdi>{key}</bdi>
      </th>
      <td class="number">{number(last)}</td>
      <td class="number">{number(min)}</td>
      <td class="number quiet">{step(minStep)}</td>
      <td class="number">{number(max)}</td>
      <td class="number quiet">{step(maxStep)}</td>
      <td class="number quiet">{step(count)}</td>
      <td class="number">{nonFinite > 0 ? formatCount(nonFinite) : ''}</td>
    </tr>
  )
}

function Parts({ parts }: { readonly parts: readonly RunPart[] }): JSX.Element | null {
  if (parts.length === 0) return null
  return (
    <Section title={say('overview.parts')}>
      <ScrollX label={say('overview.partsCaption')}>
        <table class="data-table">
          <caption class="unseen">{say('overview.partsCaption')}</caption>
          <thead>
            <tr>
              {(['part', 'from', 'to', 'state', 'why', 'process'] as const).map((one) => (
                <th scope="col" key={one}>
                  {say(`overview.${one}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {parts.map((part, at) => (
              <tr key={at}>
                <th scope="row">{formatCount(at + 1)}</th>
                <td class="whole">{formatTime(part.startTime)}</td>
                <td class="whole">{part.endTime === undefined ? '' : formatTime(part.endTime)}</td>
                <td class="whole">{part.state && <StateWord state={part.state} />}</td>
                <td>
                  {part.state && part.cause && causePhrase({ state: part.state, cause: part.cause }, words)}
                  {part.error && (
                    <bdi class="block quiet">
                      {part.error.name}: {part.error.message.split('\n', 1)[0]}
                    </bdi>
                  )}
                </td>
                <td>
                  <bdi>
                    {part.process &&
                      say('overview.processOn', { pid: String(part.process.pid), host: part.process.host })}
                  </bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollX>
    </Section>
  )
}

function Callbacks({ callbacks }: { readonly callbacks: RunDetail['callbacks'] }): JSX.Element | null {
  if (callbacks.length === 0) return null
  return (
    <Section title={say('overview.callbacks')}>
      <ScrollX label={say('overview.callbacksCaption')}>
        <table class="data-table">
          <caption class="unseen">{say('overview.callbacksCaption')}</caption>
          <thead>
            <tr>
              <th scope="col">{say('overview.callback')}</th>
              <th scope="col">{say('overview.place')}</th>
              <th scope="col">{say('overview.reason')}</th>
            </tr>
          </thead>
          <tbody>
            {callbacks.map(({ name, place, reason }, at) => (
              <tr key={at}>
                <th scope="row">
                  <bdi>{name}</bdi>
                </th>
                <td>{say(place === 'resident' ? 'overview.resident' : 'overview.live')}</td>
                <td lang="en">
                  <bdi>{reason}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollX>
    </Section>
  )
}

const KINDS = ['records', 'values', 'duplicates'] as const

function Losses({ losses }: { readonly losses: RunDetail['losses'] }): JSX.Element {
  const some = KINDS.flatMap((kind) => {
    const n = losses[kind]
    return n !== undefined && n > 0 ? [{ kind, n }] : []
  })
  return (
    <Section title={say('overview.losses')}>
      {some.length === 0 ? (
        <p class="quiet">{say('overview.noLosses')}</p>
      ) : (
        <ul>
          {some.map(({ kind, n }) => (
            <li key={kind}>{say(`losses.${kind}`, { n })}</li>
          ))}
        </ul>
      )}
    </Section>
  )
}
