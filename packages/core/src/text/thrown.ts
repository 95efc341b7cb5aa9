import { inspect } from 'node:util'
import type { ErrorInfo } from '../contract/payloads.ts'

const MAX_NAME = 256
const MAX_MESSAGE = 8_192
const MAX_STACK = 65_536
const MAX_CAUSES = 5

/** Anything can be thrown. This is it as plain, bounded data. */
export function errorInfo(thrown: unknown): ErrorInfo {
  try {
    if (isErrorLike(thrown)) {
      const { name, message, stack } = thrown
      return Object.freeze({
        name: clip(textOf(name) || 'Error', MAX_NAME),
        message: clip(textOf(message), MAX_MESSAGE),
        ...(typeof stack === 'string' && { stack: clip(stack + causesOf(thrown), MAX_STACK) }),
      })
    }
    return Object.freeze({ name: typeof thrown, message: clip(textOf(thrown), MAX_MESSAGE) })
  } catch {
    return Object.freeze({ name: typeof thrown, message: 'a value that cannot be shown' })
  }
}

/** One line for a terminal. */
export function describeError(thrown: unknown): string {
  const { name, message, stack } = errorInfo(thrown)
  const line = message.replaceAll(/\s*\n\s*/g, ' ').trim()
  if (stack === undefined && name === typeof thrown)
    return name === 'undefined' ? 'threw undefined' : `threw ${name} ${line}`
  // Our own errors speak to the user as they are.
  const plain = name === 'Error' || name === 'SwanLabError' || line.startsWith(name)
  return plain ? line || name : `${name}: ${line}`
}

interface ErrorLike {
  readonly name?: unknown
  readonly message: unknown
  readonly stack?: unknown
  readonly cause?: unknown
  /** Of an AggregateError. */
  readonly errors?: unknown
}

/** Errors of another realm are no instances of ours. */
function isErrorLike(value: unknown): value is ErrorLike {
  return (
    value instanceof Error || (typeof value === 'object' && value !== null && 'message' in value && 'stack' in value)
  )
}

function causesOf(error: ErrorLike): string {
  let text = gatheredIn(error)
  let { cause } = error
  for (let depth = 0; cause !== undefined && depth < MAX_CAUSES; depth++) {
    text += `\ncaused by: ${stackOf(cause)}`
    if (!isErrorLike(cause)) break
    text += gatheredIn(cause)
    cause = cause.cause
  }
  return text
}

function gatheredIn({ errors }: ErrorLike): string {
  if (!Array.isArray(errors)) return ''
  return errors
    .slice(0, MAX_CAUSES)
    .map((one) => `\none of ${errors.length}: ${stackOf(one)}`)
    .join('')
}

function stackOf(thrown: unknown): string {
  return isErrorLike(thrown) && typeof thrown.stack === 'string' ? thrown.stack : textOf(thrown)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : inspect(value, { depth: 2, maxStringLength: 1_000 })
}

function clip(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}…`
}
