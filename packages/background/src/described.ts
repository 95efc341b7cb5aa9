import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Callback, optionsOf, type Resident, residentClassOf } from '@swanlab/core/internal'

/** What a callback says of how it can be rebuilt. What is missing is to be found. */
export interface Description {
  readonly callback: Callback
  readonly options: unknown
  readonly module?: string | undefined
  readonly package?: string | undefined
  /** Name of the export. */
  readonly export?: string | undefined
  /** What the export must be. Absent: whatever has that name. */
  readonly Class?: Function | undefined
  /** `defineResident` was called with its class: that it cannot be rebuilt is a mistake, and not its nature. */
  readonly stated: boolean
  /** Why it cannot be rebuilt. */
  readonly reason?: string | undefined
}

/** How a callback can be rebuilt, as far as it says so; absent: it does not. */
export function describe(callback: Callback): Description | undefined {
  const { resident } = callback
  if (resident) return spelledOut(callback, resident)
  const found = residentClassOf(callback)
  if (found === undefined) return undefined
  const { says, by } = found
  const Class = callback.constructor
  const options = optionsOf(callback)
  const known = { callback, options, Class }
  if (says === 'derived') return { ...known, stated: false, reason: lostOptions(Class, by) }
  if (by !== Class)
    return { ...known, stated: false, reason: `defineResident was called with ${by.name}, but not with ${Class.name}` }
  const reason = options === undefined && Class.length > 0 ? NOT_HANDED_ON : undefined
  // CommonJS knows paths.
  const module = isAbsolute(says.module) ? pathToFileURL(says.module).href : says.module
  return { ...known, module, package: says.package, stated: true, reason }
}

function spelledOut(callback: Callback, { module, package: owner, export: name, options }: Resident): Description {
  return { callback, options, module, package: owner, export: name, stated: false }
}

const NOT_HANDED_ON = 'its constructor does not hand all of its options to super(options)'
/** A constructor with parameters. */
const CONSTRUCTOR = /\bconstructor\s*\(\s*[^\s)]/
/** One that hands its only parameter on, or a copy with more in it. */
const HANDS_ON = /\bconstructor\s*\(\s*([\w$]+)\s*(?:=[^)]*)?\)[^]*?\bsuper\(\s*(?:\1\s*[,)]|\{[^}]*\.\.\.\1\b)/

/**
 * Nothing but its source can show that what the constructor of a class was given has reached the one of `base`, which
 * keeps it. Where that is in doubt, the callback is not rebuilt from the wrong options.
 */
function lostOptions(Class: Function, base: Function): string | undefined {
  for (let at = Class; at !== base && typeof at === 'function'; at = Object.getPrototypeOf(at) as Function) {
    const source = Function.prototype.toString.call(at)
    if (!source.startsWith('class')) return 'its class has been compiled to a function'
    if (CONSTRUCTOR.test(source) && !HANDS_ON.test(source)) return NOT_HANDED_ON
  }
  return undefined
}
