import { inspect } from 'node:util'
import type { Alert, AlertLevel } from '../contract/payloads.ts'
import { OPEN, type Redactor } from '../text/redactor.ts'
import { describeError } from '../text/thrown.ts'

const MAX_TITLE = 256
const MAX_TEXT = 8_192
const MAX_RULE = 256
const LEVELS: readonly unknown[] = ['info', 'warn', 'error'] satisfies AlertLevel[]

/** The alert, or what is wrong with it. Never throws, whatever it is given. */
export function parseAlert(options: unknown, time: number, { text: redacted }: Redactor = OPEN): Alert | string {
  try {
    const { title, text = '', level = 'info', step, rule } = (options ?? {}) as Record<string, unknown>
    if (typeof title !== 'string' || title.trim() === '') return 'alert: "title" takes a non-empty string. Ignored.'
    if (!LEVELS.includes(level))
      return `alert: "level" takes "info", "warn" or "error", but got ${inspect(level)}. Ignored.`
    return Object.freeze({
      title: redacted(title.trim(), 'alert.title').slice(0, MAX_TITLE),
      text: redacted(textOf(text), 'alert.text').slice(0, MAX_TEXT),
      level: level as AlertLevel,
      time,
      ...(Number.isSafeInteger(step) && { step: step as number }),
      ...(rule !== undefined && { rule: redacted(textOf(rule), 'alert.rule').slice(0, MAX_RULE) }),
    })
  } catch (error) {
    return `alert: its options cannot be read: ${describeError(error)}. Ignored.`
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { depth: 2, maxStringLength: MAX_TEXT })
}
