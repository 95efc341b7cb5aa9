import { expect, test } from 'vitest'
import { Series } from './series.ts'

function summaryOf(...values: [step: number, value: number][]): object {
  const series = new Series({ key: 'loss', index: 0, kind: 'scalar', section: 'default', step: 0, time: 0 })
  for (const [step, value] of values) series.add(step, value)
  return series.summary()
}

test('sums up last, min, max, their steps and the count', () => {
  expect(summaryOf([0, 3], [1, 1], [2, 5], [3, 1], [4, 5])).toEqual({
    last: 5,
    lastStep: 4,
    min: 1,
    minStep: 1,
    max: 5,
    maxStep: 2,
    count: 5,
  })
})

test('the last value is the one of the highest step, whenever it came', () => {
  expect(summaryOf([10, 1], [5, 2])).toMatchObject({ last: 1, lastStep: 10, max: 2, maxStep: 5 })
})

test('a step counts once', () => {
  expect(summaryOf([1, 1], [1, 100])).toMatchObject({ last: 1, max: 1, count: 1 })
})

test('NaN counts, and is neither least nor greatest', () => {
  expect(summaryOf([0, NaN])).toEqual({ last: NaN, lastStep: 0, count: 1 })
  expect(summaryOf([0, NaN], [1, 2], [2, NaN])).toEqual({
    last: NaN,
    lastStep: 2,
    min: 2,
    minStep: 1,
    max: 2,
    maxStep: 1,
    count: 3,
  })
})

test('infinities are values like any other', () => {
  expect(summaryOf([0, Infinity])).toMatchObject({ min: Infinity, minStep: 0, max: Infinity, maxStep: 0 })
  expect(summaryOf([0, -Infinity], [1, 0])).toMatchObject({ min: -Infinity, minStep: 0, max: 0, maxStep: 1 })
})
