import { DeliveryError, oneLine } from '@swanlab/notification'
import type { MailTransport } from './options.ts'

type Answer = Awaited<ReturnType<MailTransport['sendMail']>>

/** Who has not got a mail yet, and who never will. */
interface Rest {
  readonly receivers: readonly string[]
  readonly refused: readonly string[]
}

/** Mails that wait for some of their receivers; more than this waits for nobody. */
const MOST = 1_000

/**
 * Receivers of mails that a server has taken for some of them only. Those that it put off, as greylisting does, are
 * tried again; the others have the mail and do not get it twice.
 */
export class Receivers {
  readonly #all: readonly string[]
  readonly #rest = new Map<string, Rest>()

  constructor(all: string | readonly string[]) {
    this.#all = [all].flat()
  }

  /** Those that a mail is still to be sent to. @param id - Of the notification. */
  of(id: string): readonly string[] {
    return this.#rest.get(id)?.receivers ?? this.#all
  }

  /** @throws DeliveryError - Not all of them have it. */
  settle(id: string, { rejected = [], rejectedErrors = [] }: Answer): void {
    const deferred = this.of(id).filter((receiver) => rejectedErrors.some((error) => isDeferral(error, receiver)))
    const refused = [
      ...(this.#rest.get(id)?.refused ?? []),
      ...rejected.map(String).filter((receiver) => !deferred.includes(receiver)),
    ]
    this.#rest.delete(id)
    if (deferred.length > 0 && this.#rest.size < MOST) {
      this.#rest.set(id, { receivers: deferred, refused })
      throw new DeliveryError(`The mail server put off ${named(deferred)}; the other receivers have the mail.`)
    }
    const without = [...refused, ...deferred]
    if (without.length === 0) return
    throw new DeliveryError(`The mail server refused ${named(without)}; the other receivers have the mail.`, {
      permanent: true,
    })
  }
}

function isDeferral(
  { recipient, responseCode = 0 }: NonNullable<Answer['rejectedErrors']>[number],
  of: string,
): boolean {
  return recipient === of && responseCode >= 400 && responseCode < 500
}

function named(receivers: readonly string[]): string {
  const more = receivers.length > 10 ? ` and ${receivers.length - 10} more` : ''
  return `${oneLine(receivers.slice(0, 10).join(', '), 300)}${more}`
}
