import { assert, asyncProperty, constantFrom, jsonValue, nat, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsed, parseGradually } from './gradual-parse.ts'
import { SIZES, type Sizes } from './json-outline.ts'
import { Pieces } from './pieces.ts'

const turn = (): Promise<void> => Promise.resolve()
/** So small that texts of tests are cut everywhere. */
const TINY: Sizes = { piece: { bytes: 8, values: 3 }, most: { bytes: 1e6, values: 1e6 }, slice: 5 }

async function outcomeOf(parse: () => unknown): Promise<unknown> {
  try {
    return { value: await parse() }
  } catch {
    return 'no JSON'
  }
}

const json = tuple(jsonValue({ maxDepth: 4 }), constantFrom(undefined, 1, '\t')).map(([value, space]) =>
  JSON.stringify(value, undefined, space),
)
const damaged = tuple(json, nat(), constantFrom('', ',', '[', ']', '{', '}', '"', '\\', ' ', '0', '[],', ':')).map(
  ([text, at, other]) => text.slice(0, at % text.length) + other + text.slice((at % text.length) + 1),
)

describe('a text that is parsed in pieces', () => {
  it.each([
    ['as it was written', json],
    ['damaged', damaged],
  ])('gives what it gives at once: %s', async (_what, texts) => {
    await assert(
      asyncProperty(texts, async (text) => {
        const gradually = await outcomeOf(() => parseGradually(Buffer.from(text), { turn, sizes: TINY }))
        expect(gradually).toEqual(await outcomeOf(() => parsed(text)))
      }),
      { numRuns: 300 },
    )
  })

  it.each(['[1,]', '[,1]', '[[1],]', '{"a":[1,2,]}', '[1][2]', '{"a":[1}', '{"a":[1]', '[{]}]', '[', '{"a":"[1,2]}'])(
    'is refused when it is %s',
    async (text) => {
      await expect(parseGradually(Buffer.from(text), { turn, sizes: TINY })).rejects.toMatchObject({ status: 400 })
    },
  )

  it('loses the item that is too large, and no other, where items may be missing', async () => {
    const sizes = { ...TINY, most: { bytes: 40, values: 10 } }
    const text = JSON.stringify({ of: 1, items: [{ a: 1 }, 'x'.repeat(50), 2, Array(20).fill(0), [], { b: 2 }] })
    const { of, items } = (await parseGradually(Buffer.from(text), { turn, pieces: true, sizes })) as {
      of: number
      items: Pieces
    }
    const read: unknown[] = []
    for await (const some of items) read.push(...some)
    expect([of, read]).toEqual([1, [{ a: 1 }, undefined, 2, undefined, [], { b: 2 }]])
    await expect(parseGradually(Buffer.from(text), { turn, sizes })).rejects.toThrow('an item of a list')
  })

  it('is refused when what is in no list is too large', async () => {
    const sizes = { ...TINY, most: { bytes: 40, values: 10 } }
    for (const value of [{ a: 'x'.repeat(50) }, { a: { b: Array(20).fill(0) } }, 'x'.repeat(50)])
      await expect(parseGradually(Buffer.from(JSON.stringify(value)), { turn, sizes })).rejects.toThrow('at once')
  })

  it('is refused as a whole when it has too many values', async () => {
    const text = Buffer.from(`[${'0,'.repeat(400_000)}0]`)
    await expect(parseGradually(text, { turn })).rejects.toThrow('at once')
    expect(await parseGradually(text, { turn, pieces: true })).toBeInstanceOf(Pieces)
  })

  it('takes turns', async () => {
    const costs: number[] = []
    const text = Buffer.from(`{"list":[${'{},'.repeat(999_999)}{}]}`)
    const body = (await parseGradually(text, {
      turn: async (cost) => void costs.push(cost),
      pieces: true,
    })) as { list: Pieces }
    let count = 0
    for await (const some of body.list) count += some.length
    expect(count).toBe(1_000_000)
    expect(Math.max(...costs)).toBeLessThan(SIZES.piece.bytes)
    expect(costs.length).toBeGreaterThan(60)
  })
})
