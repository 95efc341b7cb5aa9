import type { EndMessage, FollowOrder, IpcMessage } from './ipc-messages.ts'

/** Unread messages after which the training counts as too busy to be sent what callbacks log, in bytes. */
const MAX_UNREAD = 16_777_216

/**
 * The two pipes between the training and its background process. The end of standard input is the end of the training,
 * however it came: the system closes a dead process's pipes at once.
 */
export class IpcChannel {
  /** Absent when the training died before it could give one. */
  readonly order: Promise<FollowOrder | undefined>
  /** The training is gone, or has let go. */
  closed = false
  /** How the run ended, once the training has sent it. */
  end: EndMessage | undefined
  readonly #output: NodeJS.WriteStream
  #ordered: ((order: FollowOrder | undefined) => void) | undefined
  #onInput = (): void => {}
  #text = ''

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream) {
    this.#output = output
    // Nobody may be left to read what we say.
    output.on('error', () => {})
    this.order = new Promise((resolve) => (this.#ordered = resolve))
    input.setEncoding('utf8').on('data', (chunk: string) => this.#read(chunk))
    const close = (): void => {
      if (this.closed) return
      this.closed = true
      this.#ordered?.(undefined)
      this.#onInput()
    }
    input.on('end', close).on('error', close).on('close', close)
  }

  /** Calls `listener` when the training says how the run ended, and when it is gone. There is one listener. */
  onInput(listener: () => void): void {
    this.#onInput = listener
  }

  send(message: IpcMessage): void {
    // On a line of its own, whatever callbacks have printed.
    if (this.#output.writable) this.#output.write(`\n${encode(message)}\n`)
  }

  /** Can the training take more of what need not arrive? It may be in a loop that does not read. */
  get ready(): boolean {
    return !this.closed && this.#output.writable && this.#output.writableLength < MAX_UNREAD
  }

  /** Resolves when everything that was sent has left this process, or can no longer. @param timeout - Milliseconds. */
  flushed(timeout: number): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, timeout)
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
        this.#ordered(line as FollowOrder)
        this.#ordered = undefined
      } else {
        this.end = line as EndMessage
        this.#onInput()
      }
    }
  }
}

function encode(message: IpcMessage): string {
  return message.type === 'log' ? JSON.stringify(message, nonFiniteAsText) : JSON.stringify(message)
}

function nonFiniteAsText(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}
