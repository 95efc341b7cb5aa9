import type { Context } from './context.ts'
import { ApiError, unauthorized } from './errors.ts'
import { FailedLogins } from './failed-logins.ts'
import type { Session } from './storage/interfaces.ts'
import { throttledReport } from './throttled-report.ts'

/** Opens sessions for keys, whoever asks for one: a client, or a person in a browser. */
export class Logins {
  readonly #context: Pick<Context, 'storage' | 'clock' | 'report'>
  readonly #failed: FailedLogins
  readonly #count: () => void
  #lastAddress = ''

  constructor(context: Pick<Context, 'storage' | 'clock' | 'report'>) {
    this.#context = context
    this.#failed = new FailedLogins(context.clock)
    this.#count = throttledReport(
      context,
      (logins) => `${logins} failed login${logins === 1 ? '' : 's'}, the last one from ${this.#lastAddress}`,
    )
  }

  /** @param address - Of whoever asks. @throws ApiError 401, slowly for an address that fails again and again; 429. */
  async open(key: string, address: string): Promise<Session> {
    const session = await this.#context.storage.openSession(key)
    if (session) return session
    this.#lastAddress = address
    this.#count()
    if (await this.#failed.slow(address)) throw unauthorized('this API key is not known here')
    throw new ApiError(429, 'Too_Many_Requests', 'too many logins with wrong keys')
  }
}
