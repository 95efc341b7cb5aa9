import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Callback, type Resident, SwanLabError, nearest, readIfRegular } from '@swanlab/core/internal'

/** Levels of nesting of options; also the end of those that hold themselves. */
const MAX_DEPTH = 100

/** Why a module cannot be imported in another process; absent when nothing is known against it. */
export function obstacleOf(
  { module, package: owner }: Pick<Resident, 'module' | 'package'>,
  script: string | undefined,
): string | undefined {
  const path = pathOf(module)
  if (path === undefined) return 'it is defined outside of any file, as by eval or in the REPL'
  // Importing the training script would train a second time.
  if (script !== undefined && samePath(path, fileOf(script)))
    return 'its module is the training script itself; in a file of its own it could be imported elsewhere'
  if (owner !== undefined && packageOf(path)?.name !== owner)
    return `its module is not part of the package ${owner}; it may have been bundled`
  return undefined
}

/**
 * What of a value would not be the same behind the pipe, and where it is. Members that are undefined are absent there,
 * too.
 */
export function notJson(value: unknown, path = 'options', depth = 0): string | undefined {
  if (value === null || ['string', 'boolean', 'undefined'].includes(typeof value)) return undefined
  const refused = (what: string): string => `${path}: ${what} cannot be handed to the background process`
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : refused(String(value))
  if (typeof value !== 'object') return refused(`a ${typeof value}`)
  if (depth > MAX_DEPTH) return refused('what is nested too deeply')
  const isList = Array.isArray(value)
  const { constructor } = value
  if (!isList && constructor !== undefined && constructor !== Object && constructor.name !== 'Object')
    return refused(/^[AEIOU]/i.test(constructor.name) ? `an ${constructor.name}` : `a ${constructor.name}`)
  if (!isList && 'toJSON' in value) return refused('what has a toJSON()')
  if (Object.getOwnPropertySymbols(value).length > 0) return refused('a member named by a symbol')
  for (const [key, member] of Object.entries(value)) {
    if (isList && member === undefined)
      return `${path}.${key}: undefined in a list cannot be handed to the background process`
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
  return isClass(exported)
    ? new (exported as new (options: unknown) => Callback)(options)
    : (exported as (options: unknown) => Callback)(options)
}

/** Also one that was compiled to a function. */
function isClass(exported: Function): boolean {
  const { prototype } = exported as { prototype?: object }
  return (
    Function.prototype.toString.call(exported).startsWith('class') ||
    (prototype !== undefined && Object.getOwnPropertyNames(prototype).length > 1)
  )
}

/** @throws whatever the module throws, and when there is no such export. */
export async function exportOf(module: string, name: string): Promise<Function> {
  const exports = functionsOf(await importModule(module))
  const exported = exports.get(name)
  if (exported) return exported
  const meant = nearest(name, [...exports.keys()])
  throw new SwanLabError(
    'INVALID_CALLBACK',
    `it exports no function or class "${name}"${meant ? `; did you mean "${meant}"?` : ''}`,
  )
}

/**
 * By which name a module exports a class.
 *
 * @param wanted - The class, or in a process that has another one of it, its name.
 * @throws SwanLabError when it does not.
 */
export function nameOfExport(module: object, wanted: Function | string, url: string): string {
  const exports = functionsOf(module)
  const className = typeof wanted === 'string' ? wanted : wanted.name
  if (typeof wanted === 'function') {
    for (const [name, exported] of exports) if (exported === wanted) return name
  } else if (className !== '') {
    if (exports.get(className)?.name === className) return className
    for (const [name, exported] of exports) if (exported.name === className) return name
  }
  const what = className === '' ? 'an anonymous class' : `class ${className}`
  throw new SwanLabError('INVALID_CALLBACK', `${what} is not exported by ${pathOf(url) ?? url}`)
}

/** The functions among a module's exports. CommonJS whose exports Node cannot see from outside has them all in one. */
function functionsOf(module: object): Map<string, Function> {
  const inner: unknown = (module as { default?: unknown }).default
  const all = Object.entries({ ...(typeof inner === 'object' ? inner : undefined), ...module })
  // Compiled from TypeScript, the default export is in the default export.
  if (typeof inner === 'object' && inner !== null && 'default' in inner) all.push(['default', inner.default])
  return new Map(all.filter((entry): entry is [string, Function] => typeof entry[1] === 'function'))
}

/** Imports a module, by `require` where only that knows files of its kind: ts-node's command hooks into it alone. */
export async function importModule(module: string): Promise<object> {
  try {
    return (await import(module)) as object
  } catch (error) {
    const path = pathOf(module)
    const require = createRequire(module)
    const isUnknown = (error as NodeJS.ErrnoException | null)?.code === 'ERR_UNKNOWN_FILE_EXTENSION'
    if (!isUnknown || path === undefined || !(extname(path) in require.extensions)) throw error
    const exports: unknown = require(path)
    return { ...(typeof exports === 'object' ? exports : undefined), default: exports }
  }
}

/** Can Node import this without a loader? */
export function isPlain(module: string, loaders: readonly string[]): boolean {
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

/** What Node runs may have been named without its extension, or by its folder. */
function fileOf(script: string): string {
  try {
    return createRequire(join(script, '..', 'any.js')).resolve(script)
  } catch {
    return script
  }
}

function samePath(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b)
  } catch {
    return a === b
  }
}
