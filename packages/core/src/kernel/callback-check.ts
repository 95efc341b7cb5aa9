import type { Callback } from '../contract/callback.ts'
import { MOMENTS } from '../contract/moments.ts'
import type { Report } from '../contract/report.ts'
import { nearest } from '../text/nearest.ts'
import { assertCallback } from './assert-callback.ts'

/**
 * Refuses what cannot be a callback, and reports `on…` members that nobody will ever call.
 *
 * @throws SwanLabError `INVALID_CALLBACK`
 */
export function checkCallback(callback: Callback, report: Report): void {
  assertCallback(callback)
  const moments = Object.keys(MOMENTS)
  for (const member of membersOf(callback)) {
    if (Object.hasOwn(MOMENTS, member)) continue
    const misspelt = moments.some((moment) => moment.toLowerCase() === member.toLowerCase())
    if (!misspelt && !/^on[A-Z_]/.test(member)) continue
    const meant = nearest(member, moments)
    const hint = meant ? `Did you mean "${meant}"?` : `The moments are ${moments.join(', ')}.`
    report('warn', `Callback "${callback.name}" has "${member}", which is never called. ${hint}`)
  }
}

/** Own and inherited names, getters untouched: a class keeps its methods on its prototypes. */
function membersOf(callback: object): Set<string> {
  const names = new Set<string>()
  let at: object | null = callback
  while (at !== null && at !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name)
    at = Object.getPrototypeOf(at) as object | null
  }
  return names
}
