import type { News, Order } from './messages.ts'

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
  readonly #input: NodeJS.ReadStream
  readonly #output: NodeJS.WriteStream
  #onCut = (): void => {}

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream) {
    this.#input = input
    this.#output = output
    // Nobody may be left to read what we say.
    output.on('error', () => {})
    let ordered!: (order: Order | undefined) => void
    let wasCut!: () => void
    this.order = new Promise((resolve) => (ordered = resolve))
    this.whenCut = new Promise((resolve) => (wasCut = resolve))
    let text = ''
    input.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      const end = text.indexOf('\n')
      if (end >= 0) ordered(JSON.parse(text.slice(0, end)) as Order)
    })
    const cut = (): void => {
      if (this.cut) return
      this.cut = true
      ordered(undefined)
      wasCut()
      this.#onCut()
    }
    input.on('end', cut).on('error', cut).on('close', cut)
  }

  /** Calls `listener` when the lifeline is cut. There is one listener. */
  onCut(listener: () => void): void {
    this.#onCut = listener
  }

  send(news: News): void {
    if (this.#output.writable) this.#output.write(`${JSON.stringify(news)}\n`)
  }

  /** Lets the process end, also while the training holds on. */
  release(): void {
    this.#input.destroy()
  }
}
