import { describe, expect, it } from 'vitest'
import { moleculeIn, pointsIn } from './space.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const cloud = (file: unknown): Uint8Array => bytes(JSON.stringify(file))

describe('a cloud of points', () => {
  it('has places and colours as they were logged', () => {
    const space = pointsIn(
      cloud({
        version: '0.1',
        points: [
          [1, 2, 3, 10, 20, 30],
          [4, 5, 6],
        ],
        boxes: [],
      }),
    )!
    expect([...space.places]).toEqual([1, 2, 3, 4, 5, 6])
    expect([...space.colors]).toEqual([10, 20, 30, 0, 255, 0])
  })

  it('has boxes of twelve edges, with their labels', () => {
    const bySides = Array.from({ length: 8 }, (_, at) => [at & 1, (at >> 1) & 1, at >> 2])
    const inTurn = [0, 1, 3, 2, 4, 5, 7, 6].map((at) => bySides[at]!)
    const linesOf = (corners: readonly number[][]) =>
      pointsIn(cloud({ points: [[0, 0, 0]], boxes: [{ corners, color: [1, 2, 3], label: '<b>' }] }))!.lines
    for (const corners of [bySides, inTurn])
      expect(linesOf(corners).map(({ from, to }) => Math.hypot(...from.map((value, at) => value - to[at]!)))).toEqual(
        Array.from({ length: 12 }, () => 1),
      )
    const lines = linesOf(bySides)
    expect(lines[0]).toMatchObject({ color: 'rgb(1 2 3)', label: '<b>' })
  })

  it('leaves out what has no place, and is nothing when nothing is left', () => {
    const points = [[0, null, 1], 'x', [1, 2], { 0: 1 }, [1, 1, 1]]
    expect(pointsIn(cloud({ points, boxes: [null, { corners: 'x' }, { corners: [[1]] }] }))).toMatchObject({
      places: Float64Array.of(1, 1, 1),
      lines: [],
    })
    for (const none of [{}, null, [], { points: [] }, { points: 'x' }]) expect(pointsIn(cloud(none))).toBeUndefined()
    expect(pointsIn(bytes('glTF\u0002'))).toBeUndefined()
  })
})

describe('a molecule', () => {
  const atom = (name: string, x: number, element: string): string =>
    `HETATM    1 ${name.padEnd(4)} HOH A   1    ${[x, 0, 0].map((n) => n.toFixed(3).padStart(8)).join('')}  1.00  0.00          ${element.padStart(2)}`

  it('has atoms by element, and bonds between those that are near', () => {
    const space = moleculeIn(bytes([atom(' O', 0, 'O'), atom(' H1', 0.96, 'H'), atom(' C', 9, 'C'), 'END'].join('\n')))!
    expect([...space.places]).toEqual([0, 0, 0, 0.96, 0, 0, 9, 0, 0])
    expect([...space.colors.slice(0, 3)]).toEqual([0xe8, 0x20, 0x10])
    expect(space.lines).toEqual([{ from: [0, 0, 0], to: [0.96, 0, 0], color: '#909090' }])
  })

  it('is the first model of several, and nothing without an atom', () => {
    const space = moleculeIn(bytes([atom(' O', 0, 'O'), 'ENDMDL', atom(' O', 5, 'O')].join('\n')))!
    expect(space.places).toHaveLength(3)
    expect(moleculeIn(bytes('HEADER only\nATOM  nothing'))).toBeUndefined()
  })
})
