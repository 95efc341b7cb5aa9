import { assert, asyncProperty, jsonValue } from 'fast-check'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { Sheet, writeJson } from './sheet.ts'
import { Memory, Work } from './work.ts'

async function written(value: unknown): Promise<string> {
  const sheet = new Sheet(new Work())
  await writeJson(value, sheet)
  const whole = sheet.end()
  const found = await text(whole.stream())
  expect(whole.bytes).toBe(Buffer.byteLength(found))
  return found
}

it('writes what JSON.stringify does', async () => {
  await assert(
    asyncProperty(jsonValue({ maxDepth: 6 }), async (value) => {
      expect(await written(value)).toBe(JSON.stringify(value))
    }),
  )
  expect(await written({ a: undefined, b: [undefined], c: { d: undefined } })).toBe('{"b":[null],"c":{}}')
})

it('asks a function when its turn comes, however deep it is', async () => {
  const deep = (level: number): unknown => (level === 0 ? [1, { a: 2 }] : () => ({ x: () => [deep(level - 1)] }))
  expect(JSON.parse(await written(deep(6)))).toEqual(JSON.parse('{"x":['.repeat(6) + '[1,{"a":2}]' + ']}'.repeat(6)))
})

it('ends where it becomes too long', async () => {
  const sheet = new Sheet(new Work({ memory: new Memory(1_000_000) }))
  const endless = Array.from({ length: 100 }, () => () => 'x'.repeat(10_000))
  await expect(writeJson(endless, sheet)).rejects.toMatchObject({ status: 400 })
  expect(sheet.size).toBeLessThan(600_000)
})
