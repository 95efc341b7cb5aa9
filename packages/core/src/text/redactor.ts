import type { ErrorInfo, JsonValue } from '../contract/payloads.ts'

/** Takes secrets out of whatever is about to be put on record, before any callback gets it. */
export interface Redactor {
  readonly text: (text: string) => string
  /** Numbers and booleans stay. What nothing is taken out of is given back as it is. */
  readonly json: <T extends JsonValue>(value: T) => T
}

/** Takes nothing out. */
export const OPEN: Redactor = { text: (text) => text, json: (value) => value }

export function redactError({ name, message, stack }: ErrorInfo, { text }: Redactor): ErrorInfo {
  return Object.freeze({ name, message: text(message), ...(stack !== undefined && { stack: text(stack) }) })
}
