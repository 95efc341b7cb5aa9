import type { Problems } from './problems.ts'
import { show } from './show.ts'

/**
 * The own members of an options object, each read once. A getter that throws is a problem, not a crash.
 *
 * @param label - What the object is called in messages.
 */
export function readMembers(object: unknown, label: string, problems: Problems): Map<string, unknown> {
  const members = new Map<string, unknown>()
  try {
    if (typeof object !== 'object' || object === null || Array.isArray(object)) {
      // Text is not shown: somebody may have passed a password or an address alone.
      const got = typeof object === 'string' ? 'text' : show(object)
      problems.add(`${label}: takes an object of options, but got ${got}`)
      return members
    }
    for (const [name, value] of Object.entries(object)) members.set(name, value)
  } catch {
    problems.add(`${label}: cannot be read; it threw an error when asked`)
  }
  return members
}
