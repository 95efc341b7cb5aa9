import { batch, effect, signal, type ReadonlySignal } from '@preact/signals'
import { Backoff, wait } from '../api/backoff.ts'
import { getEvents, Refused } from '../api/client.ts'
import type { LiveEvent } from '../../protocol/events.ts'
import type { RunKey } from '../../protocol/runs.ts'
import { addRows, detailOf, refreshDetail } from './details.ts'
import { listVersion, updateRuns } from './runs.ts'

/** Milliseconds without a sign after which a stream counts as cut: the server says every 15 s that it is there. */
const SILENCE = 40_000

type RowsEvent = LiveEvent & { readonly type: 'rows' | 'changed' }

const connected = signal(false)
/** True: what is logged comes in by itself. */
export const isLive: ReadonlySignal<boolean> = connected

const listeners = new Set<(event: RowsEvent) => void>()
/** Version of the list, and bytes of each journal, that are known here: a new stream goes on from there. */
let version = ''
const positions = new Map<RunKey, number>()

/** Calls `listener` with whatever is logged to a run that is followed. @returns what ends that. */
export function onRows(listener: (event: RowsEvent) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/**
 * Keeps one stream open while the tab can be seen: a browser has six connections to a host, for all of its tabs. After a
 * cut it goes on where it was.
 *
 * @param followed - Runs whose rows are wanted.
 */
export function followEvents(followed: ReadonlySignal<readonly RunKey[]>): void {
  const visible = signal(!document.hidden)
  document.addEventListener('visibilitychange', () => (visible.value = !document.hidden))
  effect(() => {
    const runs = followed.value
    if (!visible.value) return
    const stop = new AbortController()
    void follow(runs, stop.signal)
    return () => stop.abort()
  })
}

async function follow(runs: readonly RunKey[], stopped: AbortSignal): Promise<void> {
  const backoff = new Backoff()
  while (!stopped.aborted) {
    const cut = new AbortController()
    let silence: ReturnType<typeof setTimeout> | undefined
    const signOfLife = (): void => {
      clearTimeout(silence)
      silence = setTimeout(() => cut.abort(), SILENCE)
    }
    try {
      signOfLife()
      const query = { runs: runs.join(','), cursor: cursorFor(runs) }
      await getEvents(
        query,
        (event) => {
          signOfLife()
          backoff.reset()
          connected.value = true
          take(event)
        },
        AbortSignal.any([stopped, cut.signal]),
      )
    } catch (error) {
      // What this page may not see it need not ask for again.
      if (error instanceof Refused && error.status < 500) return
    } finally {
      clearTimeout(silence)
      if (!stopped.aborted) connected.value = false
    }
    await wait(backoff.next(), stopped)
  }
}

/** A run that is new here is followed from what is known of it: its charts are asked for later, and know more. */
function cursorFor(runs: readonly RunKey[]): string {
  const known = runs.flatMap((run) => {
    const state = detailOf(run).peek()
    const position = positions.get(run) ?? (state.state === 'here' ? state.detail.offset : undefined)
    return position === undefined ? [] : `${run}:${position}`
  })
  return [version || listVersion.peek(), ...known].join(',')
}

function take(event: LiveEvent): void {
  if (event.type === 'ping') return
  if (event.type === 'hello' || event.type === 'runs') version = event.version
  if (event.type === 'hello') return
  if (event.type === 'runs') return updateRuns(event)
  positions.set(event.run, event.to)
  batch(() => {
    if (event.type === 'changed') refreshDetail(event.run)
    else addRows(event)
    listeners.forEach((listener) => listener(event))
  })
}
