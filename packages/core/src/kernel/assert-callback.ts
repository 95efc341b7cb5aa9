import { inspect } from 'node:util'
import type { Callback } from '../contract/callback.ts'
import { MOMENTS } from '../contract/moments.ts'
import { SwanLabError } from '../contract/error.ts'

const MAX_NAME = 200
/** Node runs a longer timer at once. */
const LONGEST_TIMEOUT = 2 ** 31 - 1

/** @throws SwanLabError `INVALID_CALLBACK` for what cannot be a callback. */
export function assertCallback(callback: unknown): asserts callback is Callback {
  if (typeof callback === 'function' && /^class\b/.test(Function.prototype.toString.call(callback)))
    throw invalid(
      `A callback is an object, but got the class ${callback.name}. Did you mean "new ${callback.name}(…)"?`,
    )
  if (typeof callback !== 'object' || callback === null)
    throw invalid(`A callback is an object with a "name", but got ${callback === null ? 'null' : typeof callback}.`)
  const { name, timeout } = callback as Partial<Callback>
  if (typeof name !== 'string' || name.trim() !== name || !/^\P{Cc}+$/u.test(name) || name.length > MAX_NAME)
    throw invalid(
      `A callback needs a "name": text of 1 to ${MAX_NAME} characters on one line, without blanks around it, but got ${shown(name)}.`,
    )
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0 && timeout <= LONGEST_TIMEOUT))
    throw invalid(
      `"timeout" of callback "${name}" takes a number of milliseconds above 0, at most ${LONGEST_TIMEOUT}, but got ${shown(timeout)}.`,
    )
  for (const method of ['apply', ...Object.keys(MOMENTS)] as const) {
    const value: unknown = (callback as Record<string, unknown>)[method]
    if (value !== undefined && typeof value !== 'function')
      throw invalid(
        `"${method}" of callback "${name}" must be a function, but is ${value === null ? 'null' : typeof value}.`,
      )
  }
}

function shown(value: unknown): string {
  return inspect(value, { depth: 0, maxStringLength: 100, breakLength: Infinity })
}

function invalid(message: string): SwanLabError {
  return new SwanLabError('INVALID_CALLBACK', message)
}
