import { expect, it } from 'vitest'
import { lttb } from './lttb.ts'

const identity = (value: [number, number]): [number, number] => value

it('keeps the ends and the peaks, and as many as asked for', () => {
  const line = Array.from({ length: 10_000 }, (_, at): [number, number] => [at, at === 5_000 ? 100 : Math.sin(at)])
  const shown = lttb(
    line,
    100,
    ([x]) => x,
    ([, y]) => y,
  ).map(identity)
  expect(shown).toHaveLength(100)
  expect(shown[0]).toEqual(line[0])
  expect(shown.at(-1)).toEqual(line.at(-1))
  expect(shown.some(([x]) => x === 5_000)).toBe(true)
  expect(shown.map(([x]) => x)).toEqual(shown.map(([x]) => x).toSorted((a, b) => a - b))
})

it('leaves short lines as they are, and survives what is not finite', () => {
  const few: [number, number][] = [
    [0, 1],
    [1, Number.NaN],
  ]
  expect(
    lttb(
      few,
      3,
      ([x]) => x,
      ([, y]) => y,
    ),
  ).toEqual(few)
  const wild = Array.from({ length: 50 }, (_, at): [number, number] => [at, at % 2 ? Number.NaN : Infinity])
  expect(
    lttb(
      wild,
      10,
      ([x]) => x,
      ([, y]) => y,
    ),
  ).toHaveLength(10)
})
