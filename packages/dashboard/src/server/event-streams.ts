import type { FastifyReply, FastifyRequest } from 'fastify'
import type { LiveEvent } from '../protocol/events.ts'
import { LIMITS } from '../protocol/limits.ts'
import type { RunKey } from '../protocol/runs.ts'
import type { Reader } from '../reading/reader.ts'
import { PageError } from './page-error.ts'
import type { RunLists, SeenList } from './run-lists.ts'

/** Milliseconds between two looks at the list of runs. */
const LOOK_EVERY = 1_000
/** Milliseconds between two messages about what was logged. */
const COALESCE = 50
/** Milliseconds after which a stream on which nothing happened says that it is there. */
const PING = 15_000
/** Bytes of a message about one run; in place of a longer one the page is told to ask again. */
const LONGEST = 256 * 1024

export interface EventStreamOptions {
  readonly lists: RunLists
  readonly reader: Reader
  /** Whether a viewer is still one; asked again and again. */
  readonly stillMay?: ((viewer: string, request: FastifyRequest) => boolean | Promise<boolean>) | undefined
}

/** The streams by which open pages learn what is new. */
export class EventStreams {
  readonly #options: EventStreamOptions
  readonly #streams = new Set<EventStream>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: EventStreamOptions) {
    this.#options = options
  }

  /** A run has been read further. @param end - That is all there is. */
  grown(dir: string, end: boolean): void {
    // What is being read for the first time is told once a second.
    if (end) for (const stream of this.#streams) stream.grown(dir)
  }

  /** @throws PageError 503 when there are too many; 400 when it follows too many runs. */
  open(request: FastifyRequest, reply: FastifyReply, viewer: string): FastifyReply {
    if (this.#closed) throw new PageError(503, 'The server is stopping.')
    if (this.#streams.size >= LIMITS.streams)
      throw new PageError(503, `${LIMITS.streams} pages are open already: close one of them.`)
    const { runs = '', cursor = '' } = request.query as Record<string, unknown>
    const followed = String(runs)
      .split(',')
      .filter((key) => key !== '')
    if (followed.length > LIMITS.linesOfChart)
      throw new PageError(400, `One page follows at most ${LIMITS.linesOfChart} runs, not ${followed.length}.`)
    reply.hijack()
    reply.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'application/x-ndjson',
      'x-accel-buffering': 'no',
    })
    const stream = new EventStream(this.#options, request, reply, viewer, followed, parseCursor(String(cursor)))
    this.#streams.add(stream)
    reply.raw.once('close', () => {
      stream.end()
      this.#streams.delete(stream)
      if (this.#streams.size === 0) this.#rest()
    })
    this.#timer ??= setInterval(() => void this.#look([...this.#streams]), LOOK_EVERY).unref()
    void this.#look([stream])
    return reply
  }

  close(): void {
    this.#closed = true
    this.#rest()
    for (const stream of this.#streams) stream.end()
  }

  #rest(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  async #look(streams: readonly EventStream[]): Promise<void> {
    await Promise.all(
      streams.map(async (stream) => {
        try {
          if (await stream.isWelcome()) stream.listed(await this.#options.lists.look(stream.viewer))
          else stream.end()
        } catch {
          // The next look may find it again; what is on the page stays there.
        }
      }),
    )
  }
}

/** What one page knows, and how it gets to know the rest. Nothing waits here for a slow one: what it lacks is found out when it can take it. */
class EventStream {
  readonly viewer: string
  readonly #options: EventStreamOptions
  readonly #request: FastifyRequest
  readonly #raw: FastifyReply['raw']
  readonly #followed: readonly RunKey[]
  /** The list that the page knows, or its version. */
  #known: SeenList | string
  /** Bytes of each journal that the page knows. */
  readonly #offsets: Map<RunKey, number>
  /** Which journal that was, by run: it may be replaced. */
  readonly #journals = new Map<RunKey, number>()
  #list: SeenList | undefined
  /** Runs of which there may be more. */
  readonly #behind = new Set<RunKey>()
  #timer: NodeJS.Timeout | undefined
  #lastPump = 0
  #lastWrite = 0
  #pumping = false
  #ended = false

  constructor(
    options: EventStreamOptions,
    request: FastifyRequest,
    reply: FastifyReply,
    viewer: string,
    followed: readonly RunKey[],
    cursor: { readonly version: string; readonly offsets: Map<RunKey, number> },
  ) {
    this.#options = options
    this.#request = request
    this.#raw = reply.raw
    this.viewer = viewer
    this.#followed = followed
    this.#known = cursor.version
    this.#offsets = cursor.offsets
    this.#raw.on('drain', () => this.#schedule())
    this.#write({ type: 'hello', version: cursor.version })
  }

  async isWelcome(): Promise<boolean> {
    return (await this.#options.stillMay?.(this.viewer, this.#request)) !== false
  }

  /** The list as it is now. */
  listed(list: SeenList): void {
    this.#list = list
    const sizes = new Map(list.rows.map(({ key, size }) => [key, size]))
    // Notices of the file system may be missing, and what reads the runs may have begun anew.
    for (const key of this.#followed)
      if (sizes.has(key) && sizes.get(key) !== this.#offsets.get(key)) this.#behind.add(key)
    if (this.#takesMore && performance.now() - this.#lastWrite > PING) this.#write({ type: 'ping' })
    void this.#pump()
  }

  grown(dir: string): void {
    const key = this.#followed.find((one) => this.#list?.dirs.get(one) === dir)
    if (key === undefined) return
    this.#behind.add(key)
    this.#schedule()
  }

  /** Nothing more is sent. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    clearTimeout(this.#timer)
    this.#raw.end()
  }

  #schedule(): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined
        void this.#pump()
      },
      Math.max(0, this.#lastPump + COALESCE - performance.now()),
    )
  }

  get #takesMore(): boolean {
    return !this.#ended && !this.#raw.writableNeedDrain
  }

  /** Sends what the page lacks, while it takes it. */
  async #pump(): Promise<void> {
    if (this.#pumping || !this.#takesMore) return
    this.#pumping = true
    this.#lastPump = performance.now()
    const list = this.#list
    try {
      for (const key of [...this.#behind]) {
        if (!this.#takesMore) return
        this.#behind.delete(key)
        // When it is gone, or being read anew, the next look says so.
        await this.#sendRows(key).catch(() => {})
      }
      // Whoever is told that a run has ended follows it no longer, and has to have its last rows by then.
      this.#sendList(list)
    } finally {
      this.#pumping = false
      // More has come in meanwhile.
      if (this.#takesMore && (this.#behind.size > 0 || this.#list !== list)) this.#schedule()
    }
  }

  #sendList(list: SeenList | undefined): void {
    if (!list || !this.#takesMore) return
    const changes = this.#options.lists.changes(list, this.#known)
    this.#known = list
    if (!changes) return
    const { rows, gone, all } = changes
    this.#write({ type: 'runs', version: list.version, rows, gone, ...(all && { all }) })
  }

  async #sendRows(run: RunKey): Promise<void> {
    const dir = this.#list?.dirs.get(run)
    if (dir === undefined) return
    const from = this.#offsets.get(run) ?? 0
    const { offset: to, rows, journal } = await this.#options.reader.ask('since', { dir, offset: from })
    const isOther = this.#journals.has(run) && this.#journals.get(run) !== journal
    this.#journals.set(run, journal)
    if ((to === from && !isOther) || this.#ended) return
    this.#offsets.set(run, to)
    if (isOther) return this.#write({ type: 'changed', run, to })
    const text = rows && JSON.stringify({ type: 'rows', run, rows, from, to } satisfies LiveEvent)
    if (text !== undefined && text.length <= LONGEST) this.#send(text)
    else this.#write({ type: 'changed', run, to })
  }

  #write(event: LiveEvent): void {
    this.#send(JSON.stringify(event))
  }

  #send(text: string): void {
    if (this.#ended) return
    this.#lastWrite = performance.now()
    this.#raw.write(`${text}\n`)
  }
}

/** What cannot be read of it counts as not known: the page is told to ask again. */
function parseCursor(text: string): { readonly version: string; readonly offsets: Map<RunKey, number> } {
  const [version = '', ...offsets] = text.split(',')
  const known = offsets.slice(0, 2 * LIMITS.linesOfChart).flatMap((one): [string, number][] => {
    const { key, offset } = /^(?<key>[\w.-]{1,100}):(?<offset>\d{1,15})$/.exec(one)?.groups ?? {}
    return key !== undefined ? [[key, Number(offset)]] : []
  })
  return { version: /^[\w-]{0,40}$/.test(version) ? version : '', offsets: new Map(known) }
}
