import { ApiError, OverloadError } from '../errors.ts'

/** How long one piece of work may keep the event loop, in milliseconds. */
const SLICE = 2
/** How long one piece of work may take altogether, in milliseconds; longer ones are refused. */
const LONGEST = 60_000

/** The client has disconnected: nobody is answered. */
export class Abandoned extends Error {
  override readonly name = 'Abandoned'
}

const tooMuch = (what: string): ApiError => new ApiError(400, 'Too_Much', `${what}: ask for less at once`)

/** One slice of work in each turn of the event loop, whoever does it: requests that write come in between. */
export class SliceScheduler {
  readonly #waiting: (() => void)[] = []

  /** Resolves when it is the caller's turn. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#waiting.push(resolve) === 1) setImmediate(this.#next)
    })
  }

  readonly #next = (): void => {
    this.#waiting.shift()!()
    if (this.#waiting.length > 0) setImmediate(this.#next)
  }
}

/** Memory for the work of all users, in bytes; a user may have half of it. */
export class Memory {
  readonly #size: number
  readonly #byUser = new Map<string, number>()
  #held = 0

  constructor(size: number) {
    this.#size = size
  }

  /** @throws ApiError 400 when it is more than a user can have; 507 when others, or other requests of the user, have the rest. */
  take(user: string, bytes: number, own: number): void {
    const held = (this.#byUser.get(user) ?? 0) + bytes
    if (own > this.#size / 2) throw tooMuch('this needs more memory than the server has for one request')
    if (held > this.#size / 2 || this.#held + bytes > this.#size) throw new OverloadError('too much is being read')
    this.#byUser.set(user, held)
    this.#held += bytes
  }

  free(user: string, bytes: number): void {
    const left = (this.#byUser.get(user) ?? 0) - bytes
    if (left > 0) this.#byUser.set(user, left)
    else this.#byUser.delete(user)
    this.#held -= bytes
  }
}

export interface WorkOptions {
  readonly scheduler?: SliceScheduler | undefined
  readonly memory?: Memory | undefined
  /** Whose memory it takes. */
  readonly user?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** A clock that only goes forward, in milliseconds. Default: `performance.now`. */
  readonly now?: (() => number) | undefined
}

/**
 * Work that takes longer than a request may keep the others waiting. It asks whether a pause is due wherever it has done
 * a little, whatever that was: bytes, values, lines.
 */
export class Work {
  readonly #scheduler: SliceScheduler
  readonly #memory: Memory
  readonly #user: string
  readonly #signal: AbortSignal | undefined
  readonly #now: () => number
  #since: number
  #spent = 0
  #held = 0

  constructor({
    scheduler = new SliceScheduler(),
    memory = new Memory(Infinity),
    user = '',
    signal,
    now,
  }: WorkOptions = {}) {
    this.#scheduler = scheduler
    this.#memory = memory
    this.#user = user
    this.#signal = signal
    this.#now = now ?? (() => performance.now())
    this.#since = this.#now()
  }

  /** It is the turn of others: `await pause()`. */
  get due(): boolean {
    return this.#now() - this.#since >= SLICE
  }

  /** @throws ApiError 400 when it takes too long; Abandoned when nobody waits for it any more. */
  async pause(): Promise<void> {
    this.#spent += this.#now() - this.#since
    if (this.#spent > LONGEST) throw tooMuch(`this takes the server more than ${LONGEST / 1_000} s`)
    await this.#scheduler.turn()
    if (this.#signal?.aborted) throw new Abandoned()
    this.#since = this.#now()
  }

  /**
   * Counts memory that stays until the work is done.
   *
   * @throws ApiError 400 when one request cannot have so much; 507 when the memory is taken.
   */
  hold(bytes: number): void {
    this.#memory.take(this.#user, bytes, this.#held + bytes)
    this.#held += bytes
  }

  /** Lets go of everything but so many bytes, which whoever has them lets go of. */
  release(but = 0): void {
    this.#memory.free(this.#user, this.#held - but)
    this.#held = but
  }
}
