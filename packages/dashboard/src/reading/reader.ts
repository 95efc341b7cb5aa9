import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { FromWorker, QuestionName, Questions, ToWorker, WorkerOptions } from './worker-messages.ts'

/** Milliseconds that closing waits for what is being written to the cache. */
const CLOSING = 5_000

/** Questions that wait for an answer at most; whoever comes then is told at once. */
const MOST_WAITING = 2_000

interface Waiting {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

interface Thread {
  readonly worker: Worker
  /** By number of the question. */
  readonly waiting: Map<number, Waiting>
}

export interface ReaderOptions extends WorkerOptions {
  /** A run has been read further. @param offset - Bytes of its journal. @param end - That is all there is. */
  readonly onGrown?: ((dir: string, offset: number, end: boolean) => void) | undefined
}

/** A run cannot be read. */
export class ReadError extends Error {
  override readonly name = 'ReadError'
  /** Of the file system, or of SwanLab. */
  readonly code: string | undefined

  constructor(message: string, code?: string) {
    super(message)
    this.code = code
  }
}

/** Reads runs in a thread of its own, so that whoever serves pages is never busy with it. A thread that dies is replaced. */
export class Reader {
  readonly #options: ReaderOptions
  #thread: Thread | undefined
  #next = 0
  #closed = false

  constructor(options: ReaderOptions = {}) {
    this.#options = options
  }

  /** @throws ReadError that says why there is no answer; the reason of `signal` when it is aborted. */
  async ask<Name extends QuestionName>(
    name: Name,
    ask: Questions[Name]['ask'],
    signal?: AbortSignal,
  ): Promise<Questions[Name]['answer']> {
    signal?.throwIfAborted()
    if (this.#closed) throw new ReadError('The server is stopping.')
    const id = this.#next++
    const { worker, waiting } = (this.#thread ??= this.#start())
    if (waiting.size >= MOST_WAITING) throw new ReadError('More is asked for than can be read at once: try again.')
    let forget = (): void => {}
    try {
      return await new Promise<Questions[Name]['answer']>((resolve, reject) => {
        forget = () => {
          reject(signal?.reason as Error)
          send(worker, { type: 'forget', id })
        }
        waiting.set(id, { resolve: resolve as Waiting['resolve'], reject })
        signal?.addEventListener('abort', forget, { once: true })
        send(worker, { type: 'ask', id, name, ask })
      })
    } finally {
      waiting.delete(id)
      signal?.removeEventListener('abort', forget)
    }
  }

  /** Ends the thread, when it has kept what is worth keeping. */
  async close(): Promise<void> {
    this.#closed = true
    if (!this.#thread) return
    const { worker } = this.#thread
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
    send(worker, { type: 'close' })
    const timer = setTimeout(() => void worker.terminate(), CLOSING)
    await ended
    clearTimeout(timer)
  }

  #start(): Thread {
    const main = fileURLToPath(import.meta.url).replace(/reader\.(?<ending>[jt]s)$/, 'worker-main.$<ending>')
    const worker = new Worker(main, {
      workerData: { cacheFolder: this.#options.cacheFolder } satisfies WorkerOptions,
      ...(main.endsWith('.ts') && { execArgv: loader() }),
    })
    worker.unref()
    const thread: Thread = { worker, waiting: new Map() }
    worker.on('message', (message: FromWorker) => this.#take(message, thread))
    worker.on('error', ({ message }: Error) => this.#lose(thread, message))
    worker.on('exit', () => this.#lose(thread, 'it has ended'))
    return thread
  }

  #take(message: FromWorker, { waiting }: Thread): void {
    if (message.type === 'grown') return this.#options.onGrown?.(message.dir, message.offset, message.end)
    if (message.type === 'answer') waiting.get(message.id)?.resolve(message.answer)
    else if (message.type === 'error') waiting.get(message.id)?.reject(new ReadError(message.message, message.code))
  }

  /** The next question starts another. */
  #lose(thread: Thread, why: string): void {
    if (this.#thread === thread) this.#thread = undefined
    const error = new ReadError(`What reads the runs has stopped, and begins anew (${why}): try again.`)
    for (const { reject } of thread.waiting.values()) reject(error)
  }
}

function send(worker: Worker, message: ToWorker): void {
  worker.postMessage(message, [])
}

/** Only in the workspace: what loads TypeScript in this process does not do so in its threads. */
function loader(): string[] {
  const register = `import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))}; register()`
  return ['--conditions=source', '--import', `data:text/javascript,${encodeURIComponent(register)}`]
}
