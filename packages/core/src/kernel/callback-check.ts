import { inspect } from 'node:util'
import { MOMENTS, type Callback } from './callback.ts'
import { SwanLabError } from './error.ts'
import { nearest } from './nearest.ts'
import type { Report } from './reporter.ts'

/**
 * Refuses what cannot be a callback, and reports `on…` members that nobody will ever call.
 *
 * @throws SwanLabError `INVALID_CALLBACK`
 */
export function checkCallback(callback: Callback, report: Report): void {
  if (typeof callback !== 'object' || callback === null)
    throw new SwanLabError('INVALID_CALLBACK', `A callback is an object with a "name", but got ${inspect(callback)}.`)
  const { name } = callback
  if (typeof name !== 'string' || name.trim() === '' || name !== name.trim())
    throw new SwanLabError('INVALID_CALLBACK', `A callback needs a "name" that is a non-empty string, but got ${inspect(name)}.`)
  for (const member of membersOf(callback)) {
    if (Object.hasOwn(MOMENTS, member)) {
      const value = callback[member as keyof typeof MOMENTS]
      if (value !== undefined && typeof value !== 'function')
        throw new SwanLabError('INVALID_CALLBACK', `"${member}" of callback "${name}" must be a function, but is ${typeof value}.`)
    } else if (/^on[A-Z_]/.test(member)) {
      const meant = nearest(member, Object.keys(MOMENTS))
      report('warn', `Callback "${name}" has "${member}", which is never called.${meant ? ` Did you mean "${meant}"?` : ''}`)
    }
  }
}

/** Own and inherited names, getters untouched: a class keeps its methods on its prototypes. */
function membersOf(callback: object): Set<string> {
  const names = new Set<string>()
  for (let at: object | null = callback; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null)
    for (const name of Object.getOwnPropertyNames(at)) names.add(name)
  return names
}
