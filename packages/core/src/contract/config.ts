import type { ConfigSnapshot } from './payloads.ts'

/** What every configuration object can do, beside being read and written like a plain object. */
export interface ConfigMethods {
  /** Value of `key`, or `fallback` when there is none. */
  get(key: string, fallback?: unknown): unknown
  /** Stores `value` as plain JSON. */
  set(key: string, value: unknown): void
  /** Stores every member of `values`. */
  update(values: object): void
  /** Removes `key`; false when there was none. */
  delete(key: string): boolean
  has(key: string): boolean
  /** A detached copy. */
  toJSON(): ConfigSnapshot
}

/**
 * The configuration of a run: a dictionary, a plain object and, when `init` was given one, a typed object. Names of
 * {@link ConfigMethods} can be stored, and then be read with `get`.
 */
export type Config<C extends object = Record<string, unknown>> = ConfigMethods & {
  -readonly [K in keyof C]: C[K]
} & Record<string, unknown>

/** @internal The configuration as its run sees it: `view` is what the user holds. */
export interface ConfigStore {
  readonly view: Config
  snapshot(): ConfigSnapshot
  /** The configuration, when it changed since it was last taken. */
  takeChange(): ConfigSnapshot | undefined
  /** Called once for all changes of a tick, after it. */
  onChange(listener: () => void): void
  /** Puts values of an earlier part of the run below the present ones. */
  restore(earlier: ConfigSnapshot): void
  /** From now on is recorded what callbacks have made of `given`. */
  amend(given: ConfigSnapshot, answered: ConfigSnapshot): void
}
