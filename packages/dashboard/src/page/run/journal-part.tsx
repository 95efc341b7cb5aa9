import type { ComponentChildren, JSX } from 'preact'
import { LIMITS } from '../../protocol/limits.ts'
import type { RunDetail } from '../../protocol/runs.ts'
import { formatBytes, formatCount, formatPercent, formatTime } from '../text/format.ts'
import { say } from '../text/screens.ts'
import { CopyButton } from '../parts/copy-button.tsx'

/** What the journal itself is like. */
export function JournalPart({ detail }: { readonly detail: RunDetail }): JSX.Element {
  const { health, columns, lines, offset, lastTime } = detail
  const { bytes, records, damagedLines, tornTail, folder } = health
  return (
    <div class="sheet">
      <p class={damagedLines > 0 ? 'state-crashed' : 'quiet'}>
        {damagedLines > 0 ? say('journal.bad', { n: damagedLines }) : say('journal.whole')}
      </p>
      {columns.length >= LIMITS.keysOfRun && <p class="quiet">{say('journal.manyKeys', { n: LIMITS.keysOfRun })}</p>}
      <table class="data-table spaced">
        <caption class="unseen">{say('journal.caption')}</caption>
        <tbody>
          <Fact name={say('journal.size')}>
            {formatBytes(bytes)} <span class="quiet">({formatCount(bytes)} B)</span>
          </Fact>
          <Fact name={say('journal.read')}>{formatPercent(bytes > 0 ? Math.min(1, offset / bytes) : 1)}</Fact>
          <Fact name={say('journal.records')}>{formatCount(records)}</Fact>
          <Fact name={say('journal.lines')}>{formatCount(lines)}</Fact>
          <Fact name={say('journal.keys')}>{formatCount(columns.length)}</Fact>
          <Fact name={say('journal.damaged')}>{formatCount(damagedLines)}</Fact>
          <Fact name={say('journal.torn')}>{say(tornTail ? 'journal.tornYes' : 'journal.tornNo')}</Fact>
          <Fact name={say('journal.lastRecord')}>{lastTime > 0 && formatTime(lastTime)}</Fact>
          {folder !== undefined && (
            <Fact name={say('journal.folder')}>
              <code>
                <bdi>{folder}</bdi>
              </code>{' '}
              <CopyButton label={say('journal.copyFolder')} text={() => folder} />
            </Fact>
          )}
        </tbody>
      </table>
    </div>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{children}</td>
    </tr>
  )
}
