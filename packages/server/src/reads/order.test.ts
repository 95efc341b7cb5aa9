import { array, assert, asyncProperty, double, integer, nat } from 'fast-check'
import { expect, it } from 'vitest'
import { latestOf, orderOf, selectNumber } from './order.ts'
import { Work } from './work.ts'

const numbers = array(integer({ min: 0, max: 50 }), { maxLength: 200 })

it('sorts as `sort` does: stable', async () => {
  await assert(
    asyncProperty(numbers, async (items) => {
      const order = await orderOf(items.length, (a, b) => items[a]! - items[b]!, new Work())
      expect([...order]).toEqual(items.map((_, at) => at).toSorted((a, b) => items[a]! - items[b]!))
    }),
  )
})

it('keeps the last of those that have the same number', async () => {
  await assert(
    asyncProperty(numbers, async (items) => {
      const kept = await latestOf((at) => items[at]!, items.length, new Work())
      const last = new Map(items.map((item, at) => [item, at]))
      const wanted = [...last].toSorted(([a], [b]) => a - b).map(([, at]) => at)
      expect(kept ? [...kept] : items.map((_, at) => at)).toEqual(wanted)
    }),
  )
})

it('finds the number that would be in a place', async () => {
  const values = array(double({ noNaN: true }), { minLength: 1, maxLength: 200 })
  await assert(
    asyncProperty(values, nat(), async (items, place) => {
      const at = place % items.length
      const found = await selectNumber(Float64Array.from(items), at, new Work())
      // -0 and 0 are the same number, in either order.
      expect(found === Float64Array.from(items).toSorted()[at]).toBe(true)
    }),
  )
})
