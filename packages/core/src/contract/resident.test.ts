import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { SwanKitCallback } from './callback.ts'
import { defineResident, optionsOf, residentClassOf } from './resident.ts'

class Plain extends SwanKitCallback<{ file: string; keep?: { days: number | null; tags: readonly string[] } }> {}
class Bare extends SwanKitCallback {}

test('a class says where it can be had, for itself and not for those that extend it', () => {
  class Below extends Plain {}
  defineResident(import.meta, Plain)
  const { says, by } = residentClassOf(new Below({ file: 'x' }))!
  expect([says, by]).toEqual([{ module: import.meta.url, package: undefined }, Plain])
  expect(residentClassOf(new Bare())).toBeUndefined()
  expect(residentClassOf(Object.create(null) as object)).toBeUndefined()
})

test('options are kept as they were given, and not shown', () => {
  const callback = new Plain({ file: 'SECRET' })
  expect(optionsOf(callback)).toEqual({ file: 'SECRET' })
  expect([inspect(callback), JSON.stringify(callback)].join('')).not.toContain('SECRET')
  expect(optionsOf(new Bare())).toBeUndefined()
})

test.each<[unknown, unknown, string]>([
  [undefined, Plain, 'takes import.meta first'],
  [{}, Plain, 'takes import.meta first'],
  [import.meta, new Plain({ file: 'x' }), 'takes a class second, but got object'],
])('what cannot be meant is refused: %o', (module, Class, problem) => {
  expect(() => defineResident(module as { url: string }, Class as typeof Bare)).toThrow(problem)
})

test('options that are not JSON do not compile', () => {
  const compiles = (): void => {
    defineResident(import.meta, Plain)
    defineResident({ filename: __filename }, Bare)
    // @ts-expect-error a Date has methods
    defineResident(import.meta, class extends SwanKitCallback<{ since: Date }> {})
    // @ts-expect-error
    defineResident(import.meta, class extends SwanKitCallback<{ filter?: RegExp }> {})
    // @ts-expect-error
    defineResident(import.meta, class extends SwanKitCallback<{ rules: { on: () => void }[] }> {})
    // @ts-expect-error
    defineResident(import.meta, class extends SwanKitCallback<{ seen: Map<string, number> }> {})
    // @ts-expect-error
    defineResident(import.meta, class extends SwanKitCallback<{ at: URL }> {})
    // @ts-expect-error
    defineResident(import.meta, class extends SwanKitCallback<{ count: bigint }> {})
    // @ts-expect-error
    defineResident(import.meta, class extends SwanKitCallback<{ any: unknown }> {})
    class Two extends SwanKitCallback {
      constructor(_url: string, _topic: string) {
        super()
      }
    }
    // @ts-expect-error it is made from one argument again
    defineResident(import.meta, Two)
  }
  expect(compiles).toBeTypeOf('function')
})
