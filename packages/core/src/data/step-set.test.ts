import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StepSet } from './step-set.ts'
import { usedHeap } from './testing/heap.ts'

/** How many of the steps are taken at first, and how many of them a second time. */
function offer(steps: Iterable<number>): [first: number, second: number] {
  const set = new StepSet()
  const all = [...steps]
  const taken = (): number => all.filter((step) => set.add(step)).length
  return [taken(), taken()]
}

const range = (length: number, at: (n: number) => number): number[] => Array.from({ length }, (_, n) => at(n))

test('answers as a set of the used steps would', () => {
  const steps = fc.oneof(
    fc.array(fc.nat(40), { maxLength: 120 }),
    fc.array(fc.nat(2_000), { maxLength: 60 }),
    fc.array(
      fc.maxSafeNat().map((n) => n % 2 ** 48),
      { maxLength: 60 },
    ),
    fc.shuffledSubarray(range(300, (n) => n * 3)),
  )
  fc.assert(
    fc.property(steps, (offered) => {
      const [set, used] = [new StepSet(), new Set<number>()]
      for (const step of offered) {
        expect(set.add(step)).toBe(!used.has(step))
        used.add(step)
      }
    }),
    { numRuns: 500 },
  )
})

describe('in every order that trainings have, each step counts once', () => {
  const shuffled = fc.sample(
    fc.shuffledSubarray(
      range(5_000, (n) => n),
      { minLength: 5_000 },
    ),
    { numRuns: 1, seed: 7 },
  )[0]!
  test.each([
    ['rising', range(10_000, (n) => n)],
    ['rising by 50', range(10_000, (n) => n * 50)],
    ['falling', range(10_000, (n) => 10_000 - n)],
    ['falling by 10', range(10_000, (n) => 100_000 - 10 * n)],
    ['the even ones, then the odd ones', range(10_000, (n) => (n < 5_000 ? 2 * n : 2 * n - 9_999))],
    ['four workers out of step', range(10_000, (n) => n - (n % 4) + [2, 0, 3, 1][n % 4]!)],
    ['shuffled', shuffled],
  ])('%s', (_, steps) => {
    expect(offer(steps)).toEqual([steps.length, 0])
  })
})

test('a rising sequence without a pattern takes a bounded memory, and no step of it counts twice', () => {
  const lengths = range(200_000, (n) => 1 + ((n * 2_654_435_761) % 1_000))
  const steps: number[] = []
  for (const length of lengths) steps.push((steps.at(-1) ?? 0) + length)
  const before = usedHeap()
  const set = new StepSet()
  expect(steps.every((step) => set.add(step))).toBe(true)
  expect(usedHeap() - before).toBeLessThan(1_000_000)
  expect(steps.some((step) => set.add(step))).toBe(false)
  // The recent past is still known exactly.
  expect(set.add(steps.at(-3)! + 1)).toBe(steps.at(-2)! !== steps.at(-3)! + 1)
})
