import type { Losses } from '../contract/payloads.ts'
import type { Report } from '../text/reporter.ts'

/** Messages about data before the rest is only counted. */
const MAX_MESSAGES = 100
/** Characters by which subjects are distinguished: what is remembered must not be as large as what was given. */
const MAX_SUBJECT = 1_024

/** Reports once what is wrong with a key, and counts what was lost. */
export class Problems {
  readonly #report: Report
  readonly #reported = new Set<string>()
  #values = 0
  #duplicates = 0

  constructor(report: Report) {
    this.#report = report
  }

  lostValue(subject: string, message: string, count = 1): void {
    this.#values += count
    this.reportOnce(`value ${subject}`, message)
  }

  lostDuplicate(subject: string, message: string): void {
    this.#duplicates++
    this.reportOnce(`duplicate ${subject}`, message)
  }

  /** @param subject - What the message is about; it is reported once. */
  reportOnce(subject: string, message: string): void {
    const short = subject.slice(0, MAX_SUBJECT)
    if (this.#reported.size >= MAX_MESSAGES || this.#reported.has(short)) return
    this.#reported.add(short)
    this.#report('warn', message)
    if (this.#reported.size === MAX_MESSAGES)
      this.#report('warn', 'Further problems with logged data are only counted.')
  }

  losses(): Losses {
    return {
      ...(this.#values > 0 && { values: this.#values }),
      ...(this.#duplicates > 0 && { duplicates: this.#duplicates }),
    }
  }
}
