import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { FrameDecoder, type Frame } from '../../packages/dashboard/src/protocol/frame.ts'
import type { RunDetail, RunList } from '../../packages/dashboard/src/protocol/runs.ts'
import type { SeriesQuery } from '../../packages/dashboard/src/protocol/series.ts'

/** Answers of the server's process, by what it is asked. */
export interface ServerAnswers {
  /** Bytes that are resident. */
  readonly memory: number
  /** Delay of its main loop since it was asked last, in milliseconds. */
  readonly delay: { readonly p99: number; readonly max: number }
}

/** `swanlab watch` in a process of its own. */
export class Served {
  readonly url: string
  readonly #process: ChildProcess

  private constructor(process: ChildProcess, url: string) {
    this.#process = process
    this.url = url
  }

  /** @param cache - Folder of what is kept of journals that were read. */
  static async over(logdir: string, cache: string): Promise<Served> {
    const program = fileURLToPath(new URL('server-main.mjs', import.meta.url))
    const child = fork(program, [logdir], {
      execArgv: [],
      env: { ...process.env, XDG_CACHE_HOME: cache },
    })
    const [{ url }] = (await once(child, 'message')) as [{ url: string }]
    return new Served(child, url)
  }

  /** Address of the page, with a view. @param query - With its question mark. */
  page(query: string): string {
    const { origin, hash } = new URL(this.url)
    return `${origin}/${query}${hash}`
  }

  async ask<Name extends keyof ServerAnswers>(name: Name): Promise<ServerAnswers[Name]> {
    this.#process.send(name)
    return ((await once(this.#process, 'message')) as [ServerAnswers])[0][name]
  }

  async runs(): Promise<RunList> {
    return (await (await this.#fetch('/runs')).json()) as RunList
  }

  async detail(run: string): Promise<RunDetail> {
    return (await (await this.#fetch(`/runs/${run}`)).json()) as RunDetail
  }

  async series(queries: readonly SeriesQuery[]): Promise<Frame[]> {
    const response = await this.#fetch('/series', { method: 'POST', body: JSON.stringify({ queries }) })
    return new FrameDecoder().push(new Uint8Array(await response.arrayBuffer()))
  }

  /** Waits until every run has been read to its end. @returns their keys. */
  async read(): Promise<readonly string[]> {
    const { runs } = await this.runs()
    for (const { key } of runs)
      while (((await this.detail(key)).indexed ?? 1) < 1) await new Promise((resolve) => setTimeout(resolve, 20))
    return runs.map(({ key }) => key)
  }

  async stop(): Promise<void> {
    this.#process.send('stop')
    await once(this.#process, 'exit')
  }

  async #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { origin, hash } = new URL(this.url)
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${hash.slice('#t='.length)}` }
    const response = await fetch(`${origin}/api/dashboard${path}`, { ...init, headers })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }
}
