import { signal as state, type ReadonlySignal } from '@preact/signals'
import type { LiveEvent } from '../../protocol/events.ts'
import { FrameDecoder, type Frame } from '../../protocol/frame.ts'
import type { SeriesQuery, SeriesRequest } from '../../protocol/series.ts'
import { askNow } from './backoff.ts'
import { mode } from './mode.ts'
import { takeToken } from './token.ts'

const BASE = '/api/dashboard'

/** The server has answered, and the answer is no. The message is a sentence for people. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** There is no answer: the server is gone, or the network is. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

export type Query = Readonly<Record<string, string | number | undefined>>

/** Why a page may not ask anything. */
export interface Refusal {
  /** In a sentence. */
  readonly message: string
  /** Until now, or in an earlier visit of this tab, it could. */
  readonly ended: boolean
}

interface Ask {
  readonly query?: Query | undefined
  /** Absent: a GET. */
  readonly body?: unknown
  readonly method?: 'DELETE' | undefined
  readonly signal?: AbortSignal | undefined
}

const token = takeToken()
const gone = state(false)
// A server that nobody has signed in to need not be asked.
const refusal = state<Refusal | undefined>(
  mode === 'server' && token === '' ? { message: '', ended: false } : undefined,
)

/** True from the first request that got no answer until one gets one. */
export const serverGone: ReadonlySignal<boolean> = gone
/** Present: this page may not ask anything. */
export const refused: ReadonlySignal<Refusal | undefined> = refusal

/** @throws Refused, Unreachable; the reason of `signal` when it is aborted. */
export async function getJson<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return (await (await ask(path, { query, signal })).json()) as T
}

/** @throws as {@link getJson}. */
export async function sendJson<T>(path: string, body: unknown, method?: 'DELETE'): Promise<T> {
  return (await (await ask(path, { body, method })).json()) as T
}

/** For files, media and exports. @throws as {@link getJson}. */
export async function getResponse(path: string, query?: Query, signal?: AbortSignal): Promise<Response> {
  return ask(path, { query, signal })
}

/** Calls `onFrame` with each chart as soon as it is there. @throws as {@link getJson}. */
export async function getSeries(
  queries: readonly SeriesQuery[],
  onFrame: (frame: Frame) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await ask('/series', { body: { queries } satisfies SeriesRequest, signal })
  const decoder = new FrameDecoder()
  for await (const piece of piecesOf(response, signal)) decoder.push(piece).forEach(onFrame)
  decoder.end()
}

/** Follows what is new, until the stream ends. @throws as {@link getJson}. */
export async function getEvents(query: Query, onEvent: (event: LiveEvent) => void, signal: AbortSignal): Promise<void> {
  const response = await ask('/events', { query, signal })
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of piecesOf(response, signal)) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = lines.pop()!
    for (const line of lines) if (line !== '') onEvent(JSON.parse(line) as LiveEvent)
  }
}

async function ask(path: string, { query, body, method, signal }: Ask): Promise<Response> {
  const response = await reach(`${BASE}${path}${queryText(query)}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(token !== '' && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
    cache: 'no-store',
    credentials: 'omit',
  })
  if (response.ok) return response
  const message = await sentenceOf(response)
  // The first one counts: a wrong key changes nothing.
  if (response.status === 401) refusal.value ??= { message, ended: token !== '' }
  throw new Refused(response.status, message)
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(url, init)
    if (gone.peek()) {
      gone.value = false
      askNow()
    }
    return response
  } catch (error) {
    if (init.signal?.aborted) throw error
    gone.value = true
    throw new Unreachable('The server does not answer.', { cause: error })
  }
}

async function* piecesOf({ body }: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (!body) return
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } catch (error) {
    if (signal.aborted) throw error
    throw new Unreachable('The connection was cut.', { cause: error })
  } finally {
    reader.cancel().catch(() => {})
  }
}

async function sentenceOf(response: Response): Promise<string> {
  try {
    const { message } = (await response.json()) as { message?: unknown }
    if (typeof message === 'string') return message
  } catch {
    // Something between here and the server has answered in its place.
  }
  return `The server answered with status ${response.status}.`
}

function queryText(query: Query = {}): string {
  const all = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}=${encodeURIComponent(value)}`,
  )
  return all.length > 0 ? `?${all.join('&')}` : ''
}
