import * as fc from 'fast-check'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DamagedBlock, type Block } from './block.ts'
import { encodeBlock, FileBlock } from './block-file.ts'
import { OpenBlock } from './open-block.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'swanlab-block-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const number = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 2 ** 53))
const row = fc.record({
  step: fc.integer({ min: 0, max: 2 ** 48 }),
  time: fc.integer({ min: 0, max: 2 ** 42 }),
  data: fc.dictionary(fc.constantFrom('a', 'b', 'train/c', '__proto__', ''), number),
})

function build(rows: readonly { step: number; time: number; data: Record<string, number> }[]): OpenBlock {
  const block = new OpenBlock()
  for (const { step, time, data } of rows) block.add(step, time, Object.keys(data), Object.values(data))
  return block
}

function write(block: Block, meta = {}): string {
  const path = join(folder, 'block')
  writeFileSync(path, Buffer.concat(encodeBlock(block, meta)))
  return path
}

/** Everything that can be read of a block. */
function contentOf(block: Block): unknown {
  return {
    rows: block.rows,
    steps: block.steps(),
    times: block.times(),
    keys: Array.from(block.keys, ([key, { count, finite, min, minStep, max, maxStep, last, lastStep, rising }]) => ({
      key,
      summary: { count, finite, min, minStep, max, maxStep, last, lastStep, rising },
      rows: block.rowsOf(key),
      values: block.values(key, 0, count),
      pyramid: block.pyramid(key),
    })),
  }
}

test('a block is the same when it comes back from its file', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 300 }), (rows) => {
      const block = build(rows)
      const file = new FileBlock(write(block, { of: 'x' }))
      expect(file.meta).toEqual({ of: 'x' })
      expect(contentOf(file)).toEqual(contentOf(block))
      file.close()
    }),
    { numRuns: 100 },
  )
})

test('a part of the values is what it is of the whole', () => {
  const block = build(Array.from({ length: 2_000 }, (_, n) => ({ step: n, time: n, data: { a: Math.sin(n) } })))
  const file = new FileBlock(write(block))
  for (const [from, to] of [
    [0, 0],
    [0, 1],
    [255, 257],
    [1_999, 2_000],
    [100, 1_900],
  ] as const)
    expect(file.values('a', from, to)).toEqual(block.values('a', from, to))
  file.close()
})

test('a file that was let go of is opened again; one that is gone, or another, shows as that', () => {
  const of = (value: number): OpenBlock =>
    build(Array.from({ length: 300 }, (_, n) => ({ step: n, time: n, data: { a: value } })))
  const path = write(of(1))
  const file = new FileBlock(path)
  file.close()
  expect(file.values('a', 0, 1)[0]).toBe(1)
  for (const change of [() => renameSync(write(of(2)), path), () => rmSync(path)]) {
    change()
    file.close()
    expect(() => file.values('a', 0, 1)).toThrow(DamagedBlock)
    expect(() => file.pyramid('a')).toThrow(DamagedBlock)
  }
  file.close()
})

test('a file with a changed byte, or cut anywhere, never gives another value', () => {
  const rows = Array.from({ length: 700 }, (_, n) => ({
    step: n * n,
    time: n,
    data: (n % 3 === 0 ? { a: n, b: -n } : { a: n }) as Record<string, number>,
  }))
  const right = JSON.stringify(contentOf(build(rows)))
  const path = write(build(rows))
  const good = readFileSync(path)
  const readAgain = (): string | undefined => {
    try {
      const file = new FileBlock(path)
      try {
        return JSON.stringify(contentOf(file))
      } finally {
        file.close()
      }
    } catch (error) {
      if (error instanceof DamagedBlock) return undefined
      throw error
    }
  }
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, flip, cut) => {
      const bad = cut ? good.subarray(0, at) : Buffer.from(good)
      if (!cut) bad[at]! ^= flip
      writeFileSync(path, bad)
      expect([undefined, right]).toContain(readAgain())
    }),
    { numRuns: 300 },
  )
})
