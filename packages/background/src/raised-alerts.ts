import type { Alert } from '@swanlab/core/internal'
import type { JournalRecord } from '@swanlab/journal/internal'

type AlertRecord = Extract<JournalRecord, { type: 'alert' }>

/**
 * Alerts that callbacks raised outside the training, until they are in the journal. The training owns that while it
 * lives, so it is sent each of them; whoever owns the journal after it writes down what it did not get to.
 */
export class RaisedAlerts {
  readonly #pending = new Map<string, Alert>()
  readonly #send: (alert: Alert, name: string) => void

  /** @param send - Gives one to the training, if there is one. */
  constructor(send: (alert: Alert, name: string) => void = () => {}) {
    this.#send = send
  }

  get size(): number {
    return this.#pending.size
  }

  /** @param name - Of the callback that raised it. */
  raise(alert: Alert, name: string): void {
    if (alert.id !== undefined) this.#pending.set(alert.id, alert)
    this.#send(alert, name)
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
