import { getSeries, Refused } from '../api/client.ts'
import { Backoff, wait } from '../api/backoff.ts'
import type { Frame } from '../../protocol/frame.ts'
import { LIMITS } from '../../protocol/limits.ts'
import type { SeriesQuery } from '../../protocol/series.ts'

export interface SeriesTicket {
  /** Called once, unless the ticket is cancelled before. */
  onFrame(frame: Frame): void
  /** @param message - A sentence. */
  onFailure(message: string): void
}

interface Waiting {
  readonly query: Omit<SeriesQuery, 'id'>
  readonly ticket: SeriesTicket
  cancelled: boolean
  /** Called when it is. */
  onCancel: () => void
}

/** Charts of one request: their frames come one after the other. */
const CHARTS_OF_REQUEST = 12

let waiting: Waiting[] = []
let scheduled = false

/** Asks for a chart. Those that are asked for in one go share a request. @returns what cancels it. */
export function requestSeries(query: Omit<SeriesQuery, 'id'>, ticket: SeriesTicket): () => void {
  const one: Waiting = { query, ticket, cancelled: false, onCancel: () => {} }
  waiting.push(one)
  if (!scheduled) {
    scheduled = true
    queueMicrotask(flush)
  }
  return () => {
    one.cancelled = true
    one.onCancel()
  }
}

function flush(): void {
  scheduled = false
  const all = waiting.filter(({ cancelled }) => !cancelled)
  waiting = []
  for (const part of parts(all)) void load(part)
}

function* parts(all: readonly Waiting[]): Generator<readonly Waiting[]> {
  let part: Waiting[] = []
  let lines = 0
  for (const one of all) {
    const more = one.query.runs.length + (one.query.grouping?.groups.length ?? 0)
    if (part.length > 0 && (part.length >= CHARTS_OF_REQUEST || lines + more > LIMITS.seriesOfAnswer)) {
      yield part
      part = []
      lines = 0
    }
    part.push(one)
    lines += more
  }
  if (part.length > 0) yield part
}

async function load(part: readonly Waiting[]): Promise<void> {
  const backoff = new Backoff()
  // Nobody computes what nobody waits for any more.
  const stop = new AbortController()
  const { signal } = stop
  const answered = new Set<Waiting>()
  for (const one of part)
    one.onCancel = () => {
      if (part.every((other) => other.cancelled || answered.has(other))) stop.abort()
    }
  for (;;) {
    const left = part.filter((one) => !one.cancelled && !answered.has(one))
    if (left.length === 0) return
    try {
      await getSeries(
        left.map(({ query }, at) => ({ ...query, id: String(at) })),
        (frame) => {
          const one = left[Number(frame.header.id)]
          if (!one || one.cancelled) return
          answered.add(one)
          if (frame.header.error === undefined) one.ticket.onFrame(frame)
          else one.ticket.onFailure(frame.header.error)
        },
        signal,
      )
      return
    } catch (error) {
      if (signal.aborted) return
      // Too much at once passes; what is wrong with a question does not.
      if (error instanceof Refused && error.status < 500) {
        for (const one of left) if (!answered.has(one) && !one.cancelled) one.ticket.onFailure(error.message)
        return
      }
    }
    await wait(backoff.next(), signal)
  }
}
