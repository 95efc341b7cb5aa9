import { inspect } from 'node:util'
import type { Config, ConfigMethods } from '../contract/config.ts'
import { toJson } from './json-value.ts'

/** Members of the configuration, as plain JSON. It has no prototype, so that every name can be one. */
export type Tree = Record<string, unknown>

/**
 * What the user holds: `tree` as an object that stores plain JSON whatever is assigned to it.
 *
 * @param inside - Answers with a view of an object inside the tree.
 */
export function viewOf(tree: Tree, methods: ConfigMethods, inside: (value: unknown) => unknown): Config {
  const symbols: Record<symbol, unknown> = {
    [Symbol.toPrimitive]: () => JSON.stringify(methods.toJSON()),
    [inspect.custom]: () => methods.toJSON(),
  }
  // `inspect` looks through a proxy at what is behind it.
  Object.defineProperty(tree, inspect.custom, { value: symbols[inspect.custom], configurable: true })
  return new Proxy(tree, {
    get: (_, key) => {
      if (typeof key === 'symbol') return symbols[key]
      return Object.hasOwn(methods, key) ? methods[key as keyof ConfigMethods] : inside(tree[key])
    },
    set: (_, key, value) => typeof key === 'string' && assign(key, value),
    defineProperty: (_, key, descriptor) =>
      typeof key === 'string' && isData(descriptor) && assign(key, descriptor.value),
    deleteProperty: (_, key) => {
      if (typeof key === 'string') methods.delete(key)
      return true
    },
    has: (_, key) => typeof key === 'string' && (Object.hasOwn(tree, key) || Object.hasOwn(methods, key)),
    ownKeys: () => Object.keys(tree),
    preventExtensions: () => false,
  }) as Config

  function assign(key: string, value: unknown): true {
    methods.set(key, value)
    return true
  }
}

/**
 * Hands out objects and lists inside a configuration so that writing to them is noticed; the same view each time.
 *
 * @param note - Called after each change.
 */
export function viewsInside(note: () => void): (value: unknown) => unknown {
  const views = new WeakMap<object, object>()
  const write = (target: object, key: PropertyKey, value: unknown): boolean => {
    if (typeof key === 'symbol') return false
    const isLength = key === 'length' && Array.isArray(target)
    // Defined, not assigned: a member called `__proto__` is one like any other.
    const done = isLength
      ? Reflect.set(target, key, value)
      : Reflect.defineProperty(target, key, {
          value: toJson(value),
          writable: true,
          enumerable: true,
          configurable: true,
        })
    note()
    return done
  }
  const inside = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    const known = views.get(value)
    if (known) return known
    const view = new Proxy(value, {
      get: (target, key, receiver) => inside(Reflect.get(target, key, receiver)),
      set: write,
      defineProperty: (target, key, descriptor) => isData(descriptor) && write(target, key, descriptor.value),
      deleteProperty: (target, key) => {
        const done = Reflect.deleteProperty(target, key)
        note()
        return done
      },
      // Frozen, it would have to show what is behind it, and changes there would go unnoticed.
      preventExtensions: () => false,
    })
    views.set(value, view)
    return view
  }
  return inside
}

function isData(descriptor: PropertyDescriptor): boolean {
  return !('get' in descriptor || 'set' in descriptor)
}
