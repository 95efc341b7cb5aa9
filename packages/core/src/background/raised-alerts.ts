import type { Alert } from '../kernel/payloads.ts'
import type { JournalRecord } from '../journal/records.ts'

type AlertRecord = Extract<JournalRecord, { type: 'alert' }>

/**
 * Alerts that callbacks raised outside the training, until they are in the journal. The training owns that while it
 * lives, so it is sent each of them; whoever owns the journal after it writes down what it did not get to.
 */
export class RaisedAlerts {
  readonly #pending = new Map<string, Alert>()
  readonly #send: (alert: Alert) => void

  /** @param send - Gives one to the training, if there is one. */
  constructor(send: (alert: Alert) => void = () => {}) {
    this.#send = send
  }

  get size(): number {
    return this.#pending.size
  }

  raise(alert: Alert): void {
    if (alert.id !== undefined) this.#pending.set(alert.id, alert)
    this.#send(alert)
  }

  /** It is in the journal. */
  recorded(id: string): void {
    this.#pending.delete(id)
  }

  /** Takes out what the owner of the journal has to write. */
  take(): AlertRecord[] {
    const records = [...this.#pending.values()].map((alert) => ({ type: 'alert' as const, ...alert }))
    this.#pending.clear()
    return records
  }
}
