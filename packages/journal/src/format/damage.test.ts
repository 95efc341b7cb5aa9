import { writeFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { JournalReader } from './reader.ts'
import type { JournalRecord } from './records.ts'
import { temporaryFolder } from './testing/folder.ts'
import { anyRecord, encode } from './testing/records.ts'

const path = temporaryFolder()('journal.jsonl')

const NEWLINE = 0x0a

interface Damaged {
  readonly bytes: Buffer
  /** True when no byte of a record was replaced by another that could mean something. */
  readonly honest: boolean
  /** Ends with the byte at the place of the damage: nothing behind it is left. */
  readonly cut: boolean
}

type Damage = (bytes: Buffer, at: number) => Damaged

const damages: fc.Arbitrary<Damage> = fc.oneof(
  fc.constant<Damage>((bytes, at) => ({ bytes: bytes.subarray(0, at), honest: true, cut: true })),
  fc.integer({ min: 1, max: 255 }).map<Damage>((mask) => (bytes, at) => {
    const flipped = Buffer.from(bytes)
    flipped[at]! ^= mask
    return { bytes: flipped, honest: false, cut: false }
  }),
  fc.integer({ min: 1, max: 600 }).map<Damage>((length) => (bytes, at) => ({
    bytes: Buffer.concat([bytes.subarray(0, at), Buffer.alloc(length), bytes.subarray(at)]),
    honest: true,
    cut: false,
  })),
  fc.constant<Damage>((bytes, at) => ({
    bytes: Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]),
    honest: false,
    cut: false,
  })),
)

function readAll(bytes: Buffer): { records: JournalRecord[]; dropped: number; torn: boolean } {
  writeFileSync(path, bytes)
  const reader = new JournalReader(path)
  return { records: [...reader], ...reader.damage }
}

test('any single damage costs at most the line it touches, and never makes a record up', () => {
  const records = fc.array(anyRecord, { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(
      records,
      damages,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (written, damage, where) => {
        const lines = written.map((record) => Buffer.from(encode(record)))
        const whole = Buffer.concat(lines)
        const at = Math.floor(where * whole.length)
        const { bytes, honest, cut } = damage(whole, at)
        const touched = lineAt(lines, at)

        const read = readAll(bytes)

        const before = written.slice(0, touched)
        const behind = cut ? [] : written.slice(touched + 1)
        expect(read.records.slice(0, before.length)).toEqual(before)
        expect(read.records.slice(read.records.length - behind.length)).toEqual(behind)
        const between = read.records.slice(before.length, read.records.length - behind.length)
        expect(between.length).toBeLessThanOrEqual(1)
        if (honest && between.length > 0) expect(between).toEqual([written[touched]])
        const betweenLines = cut && (at === 0 || whole[at - 1] === NEWLINE)
        if (between.length === 0 && !betweenLines) expect(read.dropped).toBeGreaterThan(0)
      },
    ),
    { numRuns: 600 },
  )
})

test('an undamaged journal is read without a loss', () => {
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 20 }), (written) => {
      expect(readAll(Buffer.from(written.map(encode).join('')))).toEqual({ records: written, dropped: 0, torn: false })
    }),
  )
})

/** Number of the line that a byte belongs to; its break is part of it. */
function lineAt(lines: readonly Buffer[], at: number): number {
  let end = 0
  return lines.findIndex((line) => (end += line.length) > at)
}
