import { SwanLabError } from './error.ts'

/**
 * A callback that can be rebuilt in another process, and how: what `defineResident` works out by itself. `init`
 * tries it first. Where it cannot be done, the callback stays in the training, and `run.callbacks` says why.
 */
export interface Resident {
  /** `file:` URL of a module that does nothing but define things when imported; usually `import.meta.url`. */
  readonly module: string
  /**
   * Package that `module` belongs to. The module is imported elsewhere only when the package.json nearest to it bears
   * this name: inside a bundle, `import.meta.url` is the training script itself, which must never run twice.
   */
  readonly package?: string | undefined
  /** Name of the exported class or factory. */
  readonly export: string
  /** Its only argument: plain JSON. May hold secrets; it never reaches argv, the environment or a disk. */
  readonly options: unknown
}

/**
 * `T` where it is plain JSON, and a text that says so where it is not: what has methods (Date, RegExp, Map, …), functions,
 * bigints and symbols do not arrive in another process as they are. Members that are undefined are absent there.
 */
export type JsonOf<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends object
    ? T extends (...args: never[]) => unknown
      ? NotJson
      : { [K in keyof T]: JsonOf<T[K]> }
    : NotJson

/** The same for the members of an object: what a type parameter can be held to. */
export type JsonMembers<T> = { readonly [K in keyof T]: JsonOf<T[K]> }

/** The text of a compile error. */
type NotJson = 'options of a resident are plain JSON: no function, bigint, symbol, unknown, nor what has methods'

/** An ES module has it as `import.meta`, a CommonJS one as `module`. */
export type ModuleIdentity = { readonly url: string } | { readonly filename: string }

/** What a class says of how its instances can be rebuilt. In all copies of this package, hence the names. */
const CLASS: unique symbol = Symbol.for('swanlab.resident.class') as never
const OPTIONS: unique symbol = Symbol.for('swanlab.resident.options') as never

/** Where a class is exported from: as its author stated, or to be found. */
export type ResidentClass = 'derived' | Pick<Resident, 'module' | 'package'>

/**
 * States that a class of callbacks can be rebuilt in the background process, where they outlive the training: `init`
 * finds by which name `module` exports the class, and has `new Class(options)` called there, with the options that the
 * constructor hands to `super(options)`.
 *
 * The module is a file of its own that only defines things; it is imported once more. Notifiers need none of this: for
 * them it is worked out from the class alone.
 *
 * @param module - `import.meta`; in CommonJS `module`.
 * @param Class - Exported by that module, by any name or as the default.
 * @param packageName - For plugins that are published: the package that the module belongs to, as in {@link Resident}.
 * @throws SwanLabError `INVALID_CALLBACK`; later `init` rejects with it when the options of a callback are not JSON.
 *
 * @example
 * ```ts
 * import { appendFileSync } from 'node:fs'
 * import { defineResident, SwanKitCallback, type LogRecord } from '@swanlab/core'
 *
 * export class Lines extends SwanKitCallback<{ file: string }> {
 *   override onLog({ step }: LogRecord) {
 *     appendFileSync(this.options.file, `${step}\n`)
 *   }
 * }
 * defineResident(import.meta, Lines)
 * ```
 */
export function defineResident<Options>(
  module: ModuleIdentity,
  Class: new (
    options: Options,
  ) => { readonly name: string } & (unknown extends Options
    ? unknown
    : [Options] extends [JsonOf<Options>]
      ? unknown
      : NotJson),
  packageName?: string,
): void {
  const { url, filename } = (module ?? {}) as { url?: unknown; filename?: unknown }
  const address = url ?? filename
  if (typeof address !== 'string')
    throw new SwanLabError('INVALID_CALLBACK', 'defineResident takes import.meta first, or the module of CommonJS.')
  if (typeof Class !== 'function')
    throw new SwanLabError('INVALID_CALLBACK', `defineResident takes a class second, but got ${typeof Class}.`)
  const stated: ResidentClass = Object.freeze({ module: address, package: packageName })
  Object.defineProperty(Class, CLASS, { value: stated })
}

/** Instances of subclasses can be rebuilt without their saying so. @internal */
export function deriveResidents(Class: abstract new (...args: never[]) => object): void {
  Object.defineProperty(Class, CLASS, { value: 'derived' })
}

/** Keeps what a callback is rebuilt with, where printing the callback does not show it. @internal */
export function keepOptions(callback: object, options: unknown): void {
  Object.defineProperty(callback, OPTIONS, { value: options })
}

/** What a callback was given as its options. @internal */
export function optionsOf(callback: object): unknown {
  return (callback as { [OPTIONS]?: unknown })[OPTIONS]
}

/**
 * What the class of a callback says, and the nearest class to say it; the class itself or one that it extends.
 *
 * @internal
 */
export function residentClassOf(callback: object): { readonly says: ResidentClass; readonly by: Function } | undefined {
  for (let at: unknown = callback.constructor; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, CLASS)) return { says: (at as unknown as { [CLASS]: ResidentClass })[CLASS], by: at }
  }
  return undefined
}
