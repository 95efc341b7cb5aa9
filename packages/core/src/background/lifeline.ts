import type { Farewell, News, Order } from './messages.ts'

/**
 * The two pipes between the training and its background process. The end of standard input is the end of the training,
 * however it came: the system closes a dead process's pipes at once.
 */
export class Lifeline {
  /** The order; absent when the training died before it could give one. */
  readonly order: Promise<Order | undefined>
  /** The training is gone, or has let go. */
  cut = false
  /** How the run ended, once the training has said so. */
  farewell: Farewell | undefined
  readonly #output: NodeJS.WriteStream
  #ordered: ((order: Order | undefined) => void) | undefined
  #onWord = (): void => {}
  #text = ''

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream) {
    this.#output = output
    // Nobody may be left to read what we say.
    output.on('error', () => {})
    this.order = new Promise((resolve) => (this.#ordered = resolve))
    input.setEncoding('utf8').on('data', (chunk: string) => this.#read(chunk))
    const cut = (): void => {
      if (this.cut) return
      this.cut = true
      this.#ordered?.(undefined)
      this.#onWord()
    }
    input.on('end', cut).on('error', cut).on('close', cut)
  }

  /** Calls `listener` when the training says how the run ended, and when it is gone. There is one listener. */
  onWord(listener: () => void): void {
    this.#onWord = listener
  }

  send(news: News): void {
    // On a line of its own, whatever callbacks have printed.
    if (this.#output.writable) this.#output.write(`\n${JSON.stringify(news)}\n`)
  }

  /** Resolves when everything that was sent has left this process, or can no longer. @param patience - Milliseconds. */
  flushed(patience: number): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, patience)
      if (this.#output.writable) this.#output.write('', () => resolve())
      else resolve()
    })
  }

  /** Only whole lines count: the training may die in the middle of one. */
  #read(chunk: string): void {
    this.#text += chunk
    for (let end = this.#text.indexOf('\n'); end >= 0; end = this.#text.indexOf('\n')) {
      const line: unknown = JSON.parse(this.#text.slice(0, end))
      this.#text = this.#text.slice(end + 1)
      if (this.#ordered) {
        this.#ordered(line as Order)
        this.#ordered = undefined
      } else {
        this.farewell = line as Farewell
        this.#onWord()
      }
    }
  }
}
