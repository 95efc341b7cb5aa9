import { Worker } from 'node:worker_threads'
import { bootstrapOf, moduleUrl } from './from-source.ts'
import type { LifelineNews } from './lifeline-thread.ts'
import type { News, Order } from './messages.ts'

/** It reads one line and waits: it needs next to nothing. */
const LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 }

/**
 * The two pipes between the training and its background process. The end of standard input is the end of the training,
 * however it came: the system closes a dead process's pipes at once.
 */
export class Lifeline {
  /** The order; absent when the training died before it could give one. */
  readonly order: Promise<Order | undefined>
  /** Resolves when the training is gone, or has let go. */
  readonly whenCut: Promise<void>
  cut = false
  #status: { readonly parent: number; readonly status?: number | undefined } | undefined
  #onCut = (): void => {}
  readonly #output: NodeJS.WriteStream

  constructor(output: NodeJS.WriteStream) {
    this.#output = output
    // Nobody may be left to read what we say.
    output.on('error', () => {})
    let ordered!: (order: Order | undefined) => void
    let wasCut!: () => void
    this.order = new Promise((resolve) => (ordered = resolve))
    this.whenCut = new Promise((resolve) => (wasCut = resolve))
    const thread = startThread()
    thread.on('message', (news: LifelineNews) => {
      if (news.type === 'line') ordered(JSON.parse(news.text) as Order)
      else this.#status = news
    })
    thread.on('exit', () => {
      this.cut = true
      ordered(undefined)
      wasCut()
      this.#onCut()
    })
    // Without the thread there is no lifeline: better no background process than one that never ends.
    thread.on('error', () => void thread.terminate())
  }

  /** Calls `listener` when the lifeline is cut. There is one listener. */
  onCut(listener: () => void): void {
    this.#onCut = listener
  }

  /** Wait status of the dead training, as of `waitpid(2)`; absent when it could not be read. */
  statusOf(pid: number): number | undefined {
    return this.#status?.parent === pid ? this.#status.status : undefined
  }

  send(news: News): void {
    if (this.#output.writable) this.#output.write(`${JSON.stringify(news)}\n`)
  }
}

function startThread(): Worker {
  const module = moduleUrl('lifeline-thread')
  const bootstrap = bootstrapOf(module)
  return bootstrap === undefined
    ? new Worker(module, { resourceLimits: LIMITS })
    : new Worker(bootstrap, { eval: true })
}
