import { signal, type ReadonlySignal } from '@preact/signals'
import { Backoff, wait } from '../api/backoff.ts'
import { getJson, Unreachable } from '../api/client.ts'
import type { ConsoleMatches, ConsolePage, RunKey } from '../../protocol/runs.ts'

export type Line = ConsolePage['lines'][number]

/** Lines of one request, and how many such pieces are kept. */
const PIECE = 500
const KEPT = 40

/** Lines of one run's console: those that were looked at are kept, the latest of them. */
export class ConsoleLines {
  readonly #path: string
  readonly #pieces = new Map<number, readonly (Line | undefined)[]>()
  readonly #asked = new Set<number>()
  readonly #stop = new AbortController()
  readonly #changed = signal(0)
  readonly #total: ReturnType<typeof signal<number>>
  readonly #problem = signal<string | undefined>(undefined)

  constructor(run: RunKey, total: number) {
    this.#path = `/runs/${encodeURIComponent(run)}/console`
    this.#total = signal(total)
  }

  /** Highest number that is known of. */
  get total(): number {
    return this.#total.value!
  }

  get problem(): ReadonlySignal<string | undefined> {
    return this.#problem
  }

  /** Undefined: it is not here (yet); whoever asked is updated when it is. */
  line(number: number): Line | undefined {
    void this.#changed.value
    const piece = Math.floor((number - 1) / PIECE)
    const known = this.#pieces.get(piece)
    if (!known) this.#load(piece)
    return known?.[(number - 1) % PIECE]
  }

  /** Asks whether there are more. */
  async refresh(): Promise<void> {
    const before = this.#total.peek()!
    try {
      this.grow((await this.#page(before + 1, 1)).total)
    } catch {
      // It is asked again soon.
    }
  }

  /** There are so many, at least: a console that is being read grows. */
  grow(total: number): void {
    const before = this.#total.peek()!
    if (total <= before) return
    // What was here of the last piece was all there was: it is asked for again when it is looked at.
    this.#pieces.delete(Math.floor(before / PIECE))
    this.#total.value = total
    this.#changed.value++
  }

  /** Numbers of lines behind `after` that hold `text`. @throws Refused, Unreachable. */
  async find(text: string, after: number, abort: AbortSignal): Promise<ConsoleMatches> {
    const found = await getJson<ConsoleMatches>(`${this.#path}/find`, { text, after }, abort)
    this.grow(found.lines.at(-1) ?? 0)
    return found
  }

  close(): void {
    this.#stop.abort()
  }

  #page(from: number, count: number): Promise<ConsolePage> {
    return getJson<ConsolePage>(this.#path, { from, count }, this.#stop.signal)
  }

  async #loadPiece(piece: number): Promise<void> {
    const backoff = new Backoff()
    while (!this.#stop.signal.aborted) {
      try {
        const page = await this.#page(piece * PIECE + 1, PIECE)
        this.#problem.value = undefined
        this.grow(page.total)
        // The journal is being read, and not that far yet.
        if (page.total < Math.min(this.#total.peek()!, (piece + 1) * PIECE)) {
          await wait(backoff.next(), this.#stop.signal)
          continue
        }
        this.#pieces.set(piece, piecedLines(page))
        if (this.#pieces.size > KEPT) this.#pieces.delete(this.#pieces.keys().next().value!)
        return
      } catch (error) {
        if (this.#stop.signal.aborted) return
        this.#problem.value = error instanceof Error ? error.message : String(error)
        if (!(error instanceof Unreachable)) return
        await wait(backoff.next(), this.#stop.signal)
      }
    }
  }

  #load(piece: number): void {
    if (this.#asked.has(piece)) return
    this.#asked.add(piece)
    void this.#loadPiece(piece).finally(() => {
      this.#asked.delete(piece)
      this.#changed.value++
    })
  }
}

/** Lines at their places; a number that was never written leaves one empty. */
function piecedLines({ lines }: ConsolePage): readonly (Line | undefined)[] {
  const piece = Array.from<Line | undefined>({ length: PIECE })
  for (const line of lines) piece[(line.line - 1) % PIECE] = line
  return piece
}
