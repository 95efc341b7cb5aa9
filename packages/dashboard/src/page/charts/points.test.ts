import { array, assert, double, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Points } from './points.ts'

const xs = array(integer({ min: -50, max: 50 })).map((all) => all.toSorted((a, b) => a - b))

describe('points of a line', () => {
  it('finds the nearest of them', () => {
    assert(
      property(xs, double({ min: -60, max: 60, noNaN: true }), (x, at) => {
        const found = new Points(Float64Array.from(x), new Float64Array(x.length)).nearest(at)
        const distances = x.map((one) => Math.abs(one - at))
        expect(found < 0 ? undefined : distances[found]).toBe(x.length > 0 ? Math.min(...distances) : undefined)
      }),
    )
  })

  it('finds the extremes of a part, without gaps', () => {
    const points = new Points(Float64Array.of(0, 1, 2, 3, 4), Float64Array.of(9, 1, Number.NaN, -5, 7))
    expect(points.extremes(1, 3)).toEqual([-5, 1])
    expect(points.extremes(1, 3, 0)).toEqual([1, 1])
    expect(points.extremes(2, 2)).toBeUndefined()
  })

  it('takes more of them', () => {
    const points = new Points(new Float64Array(0), new Float64Array(0))
    for (let x = 0; x < 1_000; x++) points.push(x, -x)
    expect([points.length, points.lastX, points.lastY, points.nearest(512.4)]).toEqual([1_000, 999, -999, 512])
  })
})
