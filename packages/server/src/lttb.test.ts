import { expect, it } from 'vitest'
import { lttb } from './lttb.ts'
import { Work } from './reads/work.ts'

const shown = (ys: number[], most: number): Promise<number[]> =>
  lttb(
    Float64Array.from(ys, (_, at) => at),
    Float64Array.from(ys),
    most,
    new Work(),
  )

it('keeps the ends and the peaks, and as many as asked for', async () => {
  const places = await shown(
    Array.from({ length: 10_000 }, (_, at) => (at === 5_000 ? 100 : Math.sin(at))),
    100,
  )
  expect(places).toHaveLength(100)
  expect([places[0], places.at(-1)]).toEqual([0, 9_999])
  expect(places).toContain(5_000)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
})

it('leaves short lines as they are, and survives what is not finite', async () => {
  expect(await shown([1, Number.NaN], 3)).toEqual([0, 1])
  expect(
    await shown(
      Array.from({ length: 50 }, (_, at) => (at % 2 ? Number.NaN : Infinity)),
      10,
    ),
  ).toHaveLength(10)
})
