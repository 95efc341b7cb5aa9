import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { ChangedRow, LiveEvent } from '../../packages/dashboard/src/protocol/events.ts'
import { compiled } from '../compiled.ts'

const COMMAND = fileURLToPath(new URL('../../packages/swanlab/dist/cli/main.js', import.meta.url))

function program(args: readonly string[]): { child: ChildProcess; line: (wanted: RegExp) => Promise<string> } {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  const waiting = new Set<() => void>()
  createInterface({ input: child.stdout! }).on('line', (text) => {
    lines.push(text)
    for (const look of waiting) look()
  })
  const line = (wanted: RegExp): Promise<string> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = lines.find((one) => wanted.test(one))
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  return { child, line }
}

/** A training of its own process. */
export class Writer {
  readonly #program: ReturnType<typeof program>
  #step = 0

  private constructor(logdir: string) {
    this.#program = program([compiled('dashboard/program'), logdir])
  }

  static async in(logdir: string): Promise<Writer> {
    const writer = new Writer(logdir)
    await writer.#program.line(/^at 0$/)
    return writer
  }

  /** Steps go on from 1. */
  async log(rows: number): Promise<void> {
    this.#step += rows
    this.#program.child.stdin!.write(`${rows}\n`)
    await this.#program.line(new RegExp(`^at ${this.#step}$`))
  }

  async kill(): Promise<void> {
    this.#program.child.kill('SIGKILL')
    await once(this.#program.child, 'exit')
  }
}

/** `swanlab watch` in a process of its own. */
export class Server {
  readonly url: URL
  readonly #program: ReturnType<typeof program>

  private constructor(url: URL, started: ReturnType<typeof program>) {
    this.url = url
    this.#program = started
  }

  static async over(logdir: string, ...args: string[]): Promise<Server> {
    const started = program([COMMAND, 'watch', logdir, '--no-cache', '--no-open', ...args])
    return new Server(new URL(await started.line(/^http:/)), started)
  }

  async kill(): Promise<void> {
    this.#program.child.kill('SIGKILL')
    await once(this.#program.child, 'exit')
  }

  fetch(path: string, signal?: AbortSignal): Promise<Response> {
    return fetch(new URL(`/api/dashboard${path}`, this.url), {
      headers: { authorization: `Bearer ${this.url.hash.slice('#t='.length)}` },
      ...(signal && { signal }),
    })
  }
}

/** What a page knows, from the list and the event stream alone. */
export class Page {
  readonly rows = new Map<string, ChangedRow>()
  /** Steps in the order in which they came. */
  readonly steps: number[] = []
  #version = ''
  readonly #positions = new Map<string, number>()
  #stop = new AbortController()
  readonly #changed = new Set<() => void>()

  /** @param run - Key of the run that is followed. */
  async follow(server: Server, run: string): Promise<void> {
    this.#stop = new AbortController()
    const cursor = [this.#version, ...Array.from(this.#positions, ([key, to]) => `${key}:${to}`)].join(',')
    const response = await server.fetch(`/events?runs=${run}&cursor=${cursor}`, this.#stop.signal)
    void this.#read(response).catch(() => {})
  }

  cut(): void {
    this.#stop.abort()
  }

  /** Waits until what the page knows is as wanted. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return
        this.#changed.delete(look)
        resolve()
      }
      this.#changed.add(look)
      look()
    })
  }

  async #read(response: Response): Promise<void> {
    let rest = ''
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + piece).split('\n')
      rest = lines.pop()!
      for (const line of lines) this.#take(JSON.parse(line) as LiveEvent)
      for (const look of this.#changed) look()
    }
  }

  #take(event: LiveEvent): void {
    if (event.type === 'ping') return
    if ('version' in event) this.#version = event.version
    if ('to' in event) this.#positions.set(event.run, event.to)
    if (event.type === 'rows') this.steps.push(...event.rows.map(({ step }) => step))
    if (event.type !== 'runs') return
    for (const key of event.gone) this.rows.delete(key)
    for (const row of event.rows) this.rows.set(row.key, row)
  }
}
