import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { getJson } from '../api/client.ts'
import type { ColumnSummary, MediaList, RunRow } from '../../protocol/runs.ts'
import { useLoaded } from '../parts/use-loaded.ts'
import { formatCount, formatTime } from '../text/format.ts'
import { t } from '../text/i18n.ts'
import { say } from '../text/screens.ts'
import { MediaItem } from './media-item.tsx'
import '../styles/media.css'

/** Files of one step that are shown at once. */
const SHOWN = 24

/** What was logged beside numbers: each key by step. */
export function MediaPart({
  run,
  columns,
}: {
  readonly run: RunRow
  readonly columns: readonly ColumnSummary[]
}): JSX.Element {
  const keys = columns.filter(({ kind }) => kind !== 'scalar').map(({ key }) => key)
  if (keys.length === 0) return <p class="notice quiet">{say('media.none')}</p>
  return (
    <div class="sheet media">
      {keys.map((key) => (
        <NearScreen key={key}>{() => <MediaKey run={run} name={key} />}</NearScreen>
      ))}
    </div>
  )
}

/** Exists once it comes near the screen; keeps its room before. */
function NearScreen({ children }: { readonly children: () => JSX.Element }): JSX.Element {
  const [near, setNear] = useState(false)
  const place = useRef<HTMLElement>(null)
  useEffect(() => {
    const seen = new IntersectionObserver(([entry]) => entry?.isIntersecting && setNear(true), { rootMargin: '400px' })
    seen.observe(place.current!)
    return () => seen.disconnect()
  }, [])
  return (
    <section ref={place} class="media-key">
      {near && children()}
    </section>
  )
}

type Entry = MediaList['entries'][number]

function MediaKey({ run, name }: { readonly run: RunRow; readonly name: string }): JSX.Element {
  const [from, setFrom] = useState(0)
  const [before, setBefore] = useState<readonly Entry[]>([])
  const loaded = useLoaded(
    (signal) => getJson<MediaList>(`/runs/${encodeURIComponent(run.key)}/media`, { key: name, from }, signal),
    [run.key, name, from],
  )
  const entries = loaded.state === 'here' ? [...before, ...loaded.value.entries] : before
  const more = (): void => {
    setBefore(entries)
    setFrom(Math.floor(entries.at(-1)!.step) + 1)
  }
  return (
    <>
      <h3>
        <bdi>{name}</bdi>
      </h3>
      {loaded.state === 'failed' && <p role="alert">{t('error.failed', { message: loaded.message })}</p>}
      {entries.length === 0 && loaded.state === 'loading' && <p class="quiet">{say('media.loading')}</p>}
      {entries.length > 0 && <Steps run={run} name={name} entries={entries} kind={kindOf(loaded)} />}
      {loaded.state === 'here' && loaded.value.more && (
        <button type="button" class="button outlined" onClick={more}>
          {say('media.more')}
        </button>
      )}
    </>
  )
}

function kindOf(loaded: { readonly state: string; readonly value?: MediaList }): MediaList['kind'] {
  return loaded.value?.kind ?? 'text'
}

interface StepsProps {
  readonly run: RunRow
  readonly name: string
  readonly entries: readonly Entry[]
  readonly kind: MediaList['kind']
}

function Steps({ run, name, entries, kind }: StepsProps): JSX.Element {
  const [chosen, setChosen] = useState<number>()
  const [shown, setShown] = useState(SHOWN)
  // The newest, until somebody chooses.
  const at = Math.min(chosen ?? entries.length - 1, entries.length - 1)
  const entry = entries[at]!
  const choose = (next: number): void => {
    setShown(SHOWN)
    setChosen(Math.max(0, Math.min(entries.length - 1, next)))
  }
  return (
    <>
      <div class="step-slider">
        <button
          type="button"
          class="button outlined icon-button"
          disabled={at === 0}
          aria-label={say('media.previous')}
          onClick={() => choose(at - 1)}
        >
          <span aria-hidden="true">‹</span>
        </button>
        <input
          type="range"
          min={0}
          max={entries.length - 1}
          value={at}
          disabled={entries.length === 1}
          aria-label={`${name}, ${say('media.step')}`}
          aria-valuetext={say('media.stepOf', { step: formatCount(entry.step) })}
          onInput={({ currentTarget }) => choose(currentTarget.valueAsNumber)}
        />
        <button
          type="button"
          class="button outlined icon-button"
          disabled={at === entries.length - 1}
          aria-label={say('media.next')}
          onClick={() => choose(at + 1)}
        >
          <span aria-hidden="true">›</span>
        </button>
        <span>{say('media.stepOf', { step: formatCount(entry.step) })}</span>
        <span class="quiet small">
          {say('media.entry', { at: at + 1, all: entries.length })} · {formatTime(entry.time)}
        </span>
      </div>
      <div class="media-items">
        {entry.items.slice(0, shown).map((item, place) => (
          <MediaItem
            key={`${entry.step} ${place}`}
            run={run.key}
            item={item}
            kind={kind}
            title={say('media.image', { key: name, step: formatCount(entry.step) })}
          />
        ))}
      </div>
      {entry.items.length > shown && (
        <button type="button" class="button outlined" onClick={() => setShown(shown + SHOWN)}>
          {t('charts.more', { n: Math.min(SHOWN, entry.items.length - shown), all: entry.items.length })}
        </button>
      )}
    </>
  )
}
