import type { JsonValue } from '../contract/payloads.ts'

/** Levels of nesting. */
const MAX_DEPTH = 64
/** Characters of all texts and keys together. */
const MAX_SIZE = 4_194_304
/** What a value counts as, beside its characters: shared objects multiply, and lists can be endless. */
const VALUE_SIZE = 8

const CIRCULAR = '[circular]'
const TOO_DEEP = '[too deep]'
const TOO_LARGE = '[too large]'
const UNREADABLE = '[unreadable]'

/**
 * Any value as plain JSON, detached from the original: what JSON cannot hold becomes text. Never throws, and never
 * answers with more than can be written down.
 *
 * Source: the sanitising of SwanLab's config, with `null` kept and the sign of infinities too.
 */
export function toJson(value: unknown): JsonValue {
  return new Conversion().convert(value)
}

class Conversion {
  #room = MAX_SIZE
  /** The objects that hold the present one, to notice circles. */
  readonly #above: object[] = []

  convert(value: unknown): JsonValue {
    this.#room -= VALUE_SIZE
    if (this.#room <= 0) return TOO_LARGE
    switch (typeof value) {
      case 'string':
        return this.#fit(value)
      case 'boolean':
        return value
      case 'number':
        // JSON has one zero.
        return value === 0 ? 0 : Number.isFinite(value) ? value : String(value)
      case 'bigint':
        return Number.isSafeInteger(Number(value)) ? Number(value) : this.#fit(String(value))
      case 'undefined':
        return null
      case 'object':
        return value === null ? null : this.#enter(value)
      case 'function':
        return orUnreadable(() => this.#fit(`[function ${value.name}]`)) as string
      case 'symbol':
        return this.#fit(String(value))
    }
  }

  #fit(text: string): string {
    const fitting = text.length <= this.#room ? text : `${text.slice(0, this.#room)}… ${TOO_LARGE}`
    this.#room -= fitting.length
    return fitting
  }

  #enter(value: object): JsonValue {
    if (this.#above.includes(value)) return CIRCULAR
    if (this.#above.length >= MAX_DEPTH) return TOO_DEEP
    this.#above.push(value)
    try {
      return this.#fromObject(value)
    } catch {
      return UNREADABLE
    } finally {
      this.#above.pop()
    }
  }

  #fromObject(value: object): JsonValue {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
    if (value instanceof Error || value instanceof RegExp || value instanceof URL) return this.#fit(String(value))
    if (Array.isArray(value) || isTypedArray(value)) return this.#list(Array.prototype.values.call(value))
    if (value instanceof Set) return this.#list(value.values())
    if (value instanceof Map) return this.#members(value.keys(), (key) => value.get(key) as unknown)
    const { toJSON, valueOf } = value as { toJSON?: unknown; valueOf?: unknown }
    if (typeof toJSON === 'function') return this.convert(toJSON.call(value, ''))
    if (typeof valueOf === 'function') {
      const primitive: unknown = valueOf.call(value)
      if (typeof primitive !== 'object' && typeof primitive !== 'function') return this.convert(primitive)
    }
    const names = Object.keys(value)
    if (names.length === 0 && !isPlain(value)) return this.#fit(textOf(value))
    return this.#members(names, (name) => (value as Record<string, unknown>)[name])
  }

  #list(items: Iterable<unknown>): JsonValue {
    const list: JsonValue[] = []
    for (const item of items) {
      list.push(this.convert(item))
      if (this.#room <= 0) break
    }
    return list
  }

  #members<K>(keys: Iterable<K>, valueOf: (key: K) => unknown): JsonValue {
    const members: [string, JsonValue][] = []
    for (const key of keys) {
      if (this.#room <= 0) break
      const value = orUnreadable(() => valueOf(key))
      if (value !== undefined) members.push([this.#fit(String(key)), this.convert(value)])
    }
    // Unlike assignment, this makes a member called `__proto__` one like any other.
    return Object.fromEntries(members)
  }
}

/** Objects without members, such as promises, are known by what they call themselves. */
function textOf(value: unknown): string {
  return String(value)
}

/** A getter that throws costs its own member only. */
function orUnreadable(read: () => unknown): unknown {
  try {
    return read()
  } catch {
    return UNREADABLE
  }
}

function isTypedArray(value: object): value is Uint8Array {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
