import type { JsonValue } from '../contract/payloads.ts'
import type { RedactFunction, RedactRules, SentRules } from '../contract/redact.ts'

/** Takes secrets out of whatever is about to be put on record, before any callback gets it. */
export interface Redactor {
  /** @param place - Where it stands, such as `error.message`; see {@link RedactFunction}. */
  readonly text: (text: string, place: string) => string
  /** What nothing is taken out of is given back as it is. */
  readonly json: <T extends JsonValue>(value: T, place: string) => T
  readonly command: (argv: readonly string[]) => string
  /** More to take out from now on. @param label - What messages call it. */
  readonly add: (rules: RedactRules | RedactFunction, label: string) => void
  /** Its rules for another process. */
  readonly sent: SentRules | undefined
}

/** Takes nothing out. */
export const OPEN: Redactor = {
  text: (text) => text,
  json: (value) => value,
  command: (argv) => argv.join(' '),
  add: () => {},
  sent: undefined,
}
