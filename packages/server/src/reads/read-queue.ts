import { OverloadError } from '../errors.ts'
import { Abandoned, SliceScheduler, Memory, Work } from './work.ts'

/** Reads that are worked at together; of one user only one. */
const MAX_ACTIVE = 4
/** Reads of one user, and of all users, that wait. */
const MAX_WAITING = 64
const MAX_WAITING_ALL = 256
/** Longest wait, in milliseconds. */
const LONGEST_WAIT = 30_000

interface Waiting {
  readonly start: () => void
  readonly fail: (error: Error) => void
}

/** What is read waits in a queue for each user, and the users take turns: nobody's reads hold up those of others. */
export class ReadQueue {
  readonly #scheduler = new SliceScheduler()
  readonly #memory: Memory
  readonly #direct: Memory
  readonly #active = new Set<string>()
  /** By user; the user at the beginning is the next. */
  readonly #queues = new Map<string, Set<Waiting>>()
  #waiting = 0

  /** @param bytes - Memory for everything that is read, what readers have not fetched yet included. */
  constructor(bytes: number) {
    this.#memory = new Memory(bytes / 2)
    this.#direct = new Memory(bytes / 2)
  }

  /** Work for what must not wait until others have read, such as the beginning of a run; it lets others work. */
  direct(user: string, signal: AbortSignal): Work {
    return new Work({ scheduler: this.#scheduler, memory: this.#direct, user, signal })
  }

  /** @throws ApiError 507 when too many wait, or this one has waited too long. Abandoned when nobody waits for it. */
  async run<T>(user: string, signal: AbortSignal, read: (work: Work) => Promise<T>): Promise<T> {
    if (this.#active.has(user) || this.#active.size >= MAX_ACTIVE) await this.#wait(user, signal)
    else this.#active.add(user)
    const work = new Work({ scheduler: this.#scheduler, memory: this.#memory, user, signal })
    try {
      await work.pause()
      return await read(work)
    } catch (error) {
      work.release()
      throw error
    } finally {
      this.#active.delete(user)
      this.#startNext()
    }
  }

  async #wait(user: string, signal: AbortSignal): Promise<void> {
    const queue = this.#queues.get(user) ?? new Set()
    if (queue.size >= MAX_WAITING || this.#waiting >= MAX_WAITING_ALL)
      throw new OverloadError('too many reads are waiting')
    let timer: NodeJS.Timeout | undefined
    let abandon = (): void => {}
    let mine: Waiting | undefined
    try {
      await new Promise<void>((start, fail) => {
        mine = { start, fail }
        abandon = () => fail(new Abandoned())
        timer = setTimeout(() => fail(new OverloadError('the server has much to read')), LONGEST_WAIT)
        signal.addEventListener('abort', abandon)
        this.#queues.set(user, queue.add(mine))
        this.#waiting++
      })
    } catch (error) {
      this.#forget(user, mine!)
      throw error
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', abandon)
    }
  }

  #forget(user: string, one: Waiting): void {
    const queue = this.#queues.get(user)
    if (!queue?.delete(one)) return
    this.#waiting--
    if (queue.size === 0) this.#queues.delete(user)
  }

  #startNext(): void {
    for (const [user, queue] of this.#queues) {
      if (this.#active.size >= MAX_ACTIVE) return
      if (this.#active.has(user)) continue
      const [first] = queue
      this.#forget(user, first!)
      // Those who have just had their turn go to the end.
      if (this.#queues.delete(user)) this.#queues.set(user, queue)
      this.#active.add(user)
      first!.start()
    }
  }
}
