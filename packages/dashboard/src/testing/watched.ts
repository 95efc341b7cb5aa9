import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { request, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { LiveEvent } from '../protocol/events.ts'
import { watchRuns, type Watcher, type WatchOptions } from '../server/watch.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface AskOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** False: without the token. */
  readonly token?: boolean
}

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'swanlab-watch-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function writeRun(logdir: string, name: string, journal: string | Buffer): string {
  const dir = join(logdir, name)
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'journal.jsonl'), journal)
  return dir
}

/** A page over a logdir, as a browser would talk to it. */
export class Watched {
  readonly watcher: Watcher
  readonly token: string
  readonly port: number

  constructor(watcher: Watcher) {
    this.watcher = watcher
    this.port = watcher.port
    this.token = new URL(watcher.url).hash.slice('#t='.length)
  }

  static async over(folder: string | readonly string[], options: Partial<WatchOptions> = {}): Promise<Watched> {
    const watcher = await watchRuns({
      folders: [folder].flat(),
      port: 0,
      cache: false,
      report: (message) => console.error(message),
      ...options,
    })
    onTestFinished(() => watcher.close())
    return new Watched(watcher)
  }

  /** Below `/api/dashboard`. */
  api(path: string, options?: AskOptions): Promise<Answer> {
    return this.ask(`/api/dashboard${path}`, options)
  }

  async json<T>(path: string): Promise<T> {
    return JSON.parse((await this.api(path)).body.toString()) as T
  }

  ask(path: string, { method = 'GET', headers = {}, body, token = true }: AskOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          ...{ host: '127.0.0.1', port: this.port, path, method, agent: false },
          headers: { ...(token && { authorization: `Bearer ${this.token}` }), ...headers },
        },
        (response) => {
          const pieces: Buffer[] = []
          response.on('data', (piece: Buffer) => pieces.push(piece))
          response.once('end', () =>
            resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(pieces) }),
          )
          response.once('error', reject)
        },
      )
      sent.once('error', reject)
      sent.end(body)
    })
  }

  /** The stream of what is new, one event after the other. */
  async *events(query: string): AsyncGenerator<LiveEvent, void> {
    const stop = new AbortController()
    onTestFinished(() => stop.abort())
    const response = await fetch(`http://127.0.0.1:${this.port}/api/dashboard/events?${query}`, {
      headers: { authorization: `Bearer ${this.token}` },
      signal: stop.signal,
    })
    if (!response.ok) throw new Error(await response.text())
    let rest = ''
    try {
      for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + piece).split('\n')
        rest = lines.pop()!
        for (const line of lines) yield JSON.parse(line) as LiveEvent
      }
    } finally {
      stop.abort()
    }
  }
}

/** Takes events until one is as wanted, and answers all of them. */
export async function until(
  events: AsyncGenerator<LiveEvent, void>,
  isWanted: (event: LiveEvent) => boolean,
): Promise<LiveEvent[]> {
  const seen: LiveEvent[] = []
  for (;;) {
    const { done, value } = await events.next()
    if (done) throw new Error(`The stream ended after ${JSON.stringify(seen)}`)
    seen.push(value)
    if (isWanted(value)) return seen
  }
}
