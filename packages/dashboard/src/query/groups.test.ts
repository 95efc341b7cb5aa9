import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { sortedColumn, type SortedColumn } from '../columns/run-column.ts'
import { groupLine } from './groups.ts'

const column = (x: number[], y: number[]): SortedColumn => sortedColumn(Float64Array.from(x), Float64Array.from(y))
const bounds = (...all: number[]): Float64Array => Float64Array.from(all)
const MEAN = { line: 'mean', band: 'min-max' } as const

test('a group is the mean of its runs, from all of their points', () => {
  const runs = [column([0, 1, 2, 3], [1, 3, 5, 7]), column([0, 1, 2, 3], [3, 5, 7, 90])]
  const line = groupLine(runs, bounds(0, 2, 4), MEAN)
  expect([...line.y]).toEqual([3, (6 + 48.5) / 2])
  expect([[...line.low], [...line.high], [...line.n]]).toEqual([
    [1, 5],
    [5, 90],
    [2, 2],
  ])
})

test('a run that has ended leaves the group, and n says so', () => {
  const runs = [column([0, 1], [0, 0]), column([0, 1, 2, 3], [10, 10, 10, 10])]
  const line = groupLine(runs, bounds(0, 1, 2, 3, 4), MEAN)
  expect([[...line.y], [...line.n]]).toEqual([
    [5, 5, 10, 10],
    [2, 2, 1, 1],
  ])
})

test('a run that logs rarely counts between its points by the line between them', () => {
  const runs = [column([0, 10], [0, 10]), column([0, 2, 4, 6, 8, 10], [0, 0, 0, 0, 0, 0])]
  const line = groupLine(runs, bounds(0, 2, 4, 6, 8, 10), MEAN)
  expect([...line.n]).toEqual([2, 2, 2, 2, 2])
  expect(line.y[2]).toBe(2.5)
})

test('the median does not follow one run that is far off', () => {
  const runs = [1, 2, 1_000].map((value) => column([0], [value]))
  expect(groupLine(runs, bounds(0, 1), { line: 'median', band: 'min-max' }).y[0]).toBe(2)
})

test('the band is the deviation of a sample, or the error of the mean', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 9 }), (values) => {
      const runs = values.map((value) => column([0], [value]))
      const mean = values.reduce((sum, one) => sum + one, 0) / values.length
      const variance = values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, values.length - 1)
      const std = groupLine(runs, bounds(0, 1), { line: 'mean', band: 'std' })
      const stderr = groupLine(runs, bounds(0, 1), { line: 'mean', band: 'stderr' })
      expect((std.high[0]! - std.low[0]!) / 2).toBeCloseTo(Math.sqrt(variance), 6)
      expect((stderr.high[0]! - stderr.low[0]!) / 2).toBeCloseTo(Math.sqrt(variance / values.length), 6)
    }),
  )
})

test('where no run has anything, there is a gap', () => {
  const line = groupLine([column([0], [1])], bounds(0, 1, 2), MEAN)
  expect([[...line.y], [...line.n]]).toEqual([
    [1, Number.NaN],
    [1, 0],
  ])
})
