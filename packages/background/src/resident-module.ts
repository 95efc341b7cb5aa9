import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Callback, type Resident, SwanLabError, nearest, readIfRegular } from '@swanlab/core/internal'

/** Levels of nesting of options; also the end of those that hold themselves. */
const MAX_DEPTH = 100

/** Why a callback must stay in the training process; absent when it can be rebuilt elsewhere. */
export function obstacleOf(resident: Resident, script: string | undefined): string | undefined {
  const path = pathOf(resident.module)
  if (path === undefined) return 'its module is not a file'
  // Importing the training script would train a second time.
  if (script !== undefined && samePath(path, script)) return 'its module is the training script itself'
  if (resident.package !== undefined && packageOf(path)?.name !== resident.package)
    return `its module is not part of the package ${resident.package}; it may have been bundled`
  const odd = notJson(resident.options)
  return odd === undefined ? undefined : `its options are not plain JSON: ${odd}`
}

/** Where something is that would not be the same behind the pipe, and what. Members that are undefined are absent there, too. */
function notJson(value: unknown, path = 'options', depth = 0): string | undefined {
  if (value === null || ['string', 'boolean', 'undefined'].includes(typeof value)) return undefined
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} is ${value}`
  if (typeof value !== 'object') return `${path} is a ${typeof value}`
  if (depth > MAX_DEPTH) return `${path} is nested too deeply`
  const isList = Array.isArray(value)
  const { constructor } = value
  if (!isList && constructor !== undefined && constructor !== Object && constructor.name !== 'Object')
    return `${path} is a ${constructor.name}`
  for (const [key, member] of Object.entries(value)) {
    if (isList && member === undefined) return `${path}.${key} is undefined`
    const odd = notJson(member, `${path}.${key}`, depth + 1)
    if (odd !== undefined) return odd
  }
  return undefined
}

/**
 * Rebuilds a callback from its own description.
 *
 * @throws whatever its module or constructor throws.
 */
export async function rebuild({ module, export: name, options }: Resident): Promise<Callback> {
  const exported = await exportOf(module, name)
  const isClass = /^class\b/.test(Function.prototype.toString.call(exported))
  return isClass
    ? new (exported as new (options: unknown) => Callback)(options)
    : (exported as (options: unknown) => Callback)(options)
}

/** @throws whatever the module throws, and when there is no such export. */
export async function exportOf(module: string, name: string): Promise<Function> {
  const exports = (await import(module)) as Record<string, unknown>
  // CommonJS whose exports Node cannot see from outside has them all in one.
  const exported = exports[name] ?? (exports['default'] as Record<string, unknown> | undefined)?.[name]
  if (typeof exported === 'function') return exported
  const meant = nearest(
    name,
    Object.keys(exports).filter((other) => typeof exports[other] === 'function'),
  )
  throw new SwanLabError(
    'INVALID_CALLBACK',
    `it exports no function or class "${name}"${meant ? `; did you mean "${meant}"?` : ''}`,
  )
}

/** Can Node import this without a loader? */
export function isPlain({ module }: Resident, loaders: readonly string[]): boolean {
  return /\.[cm]?js$/.test(module) && (loaders.length === 0 || module.includes('/node_modules/'))
}

/** Name in the package.json nearest to a file, and the folder that it is in. */
export function packageOf(path: string): { readonly name: string; readonly folder: string } | undefined {
  for (let at = dirname(path); ; at = dirname(at)) {
    try {
      const { name } = JSON.parse(String(readIfRegular(join(at, 'package.json')))) as { name?: unknown }
      if (typeof name === 'string') return { name, folder: at }
    } catch {
      // None here: look further up.
    }
    if (dirname(at) === at) return undefined
  }
}

function pathOf(url: string): string | undefined {
  try {
    return fileURLToPath(url)
  } catch {
    return undefined
  }
}

function samePath(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b)
  } catch {
    return a === b
  }
}
