import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { it } from 'vitest'
import { Driver, lastSession, decodeRecord } from '@swanlab/journal/internal'
import { CallbackSet, Outbox, processRedactor } from '@swanlab/core/internal'
import { anyRecord, encode } from '../../journal/src/format/testing/records.ts'
import { streamsFor } from './streams.ts'

const path = join(mkdtempSync(join(tmpdir(), 'damaged-')), 'journal.jsonl')
const target = {
  workspace: 'w',
  project: 'p',
  projectId: 'P',
  experimentId: 'E',
  series: true,
  url: 'http://h',
  lines: 0,
}
const specs = streamsFor({ session: {} as never, target, dir: '.', call: {}, missing: () => {} })

/** Every place in a value, as paths. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([name, member]) => placesIn(member, [...path, name]))]
}

function withAt(value: unknown, [name, ...rest]: readonly string[], damage: unknown): unknown {
  if (name === undefined) return damage
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>
  copy[name] = withAt(copy[name], rest, damage)
  return copy
}

it('no damaged value of a record makes a reader throw', () => {
  const damage = fc.oneof(
    fc.constantFrom(null, undefined, 1e17, -1e17, 1e308, -1, 1.5, 2 ** 53, '', [], {}, [null], { constructor: 1 }),
    fc.jsonValue({ maxDepth: 2 }),
  )
  const nothing = (): void => {}
  const redactor = processRedactor()
  const act = { raise: nothing, log: nothing, requestStop: nothing }
  fc.assert(
    fc.property(anyRecord, damage, fc.nat(), (record, value, pick) => {
      const places = placesIn(record).slice(1)
      const line = JSON.stringify(withAt(JSON.parse(encode(record)), places[pick % places.length]!, value))
      const read = decodeRecord(line)
      if (!read) return
      for (const spec of specs) if (spec.types.has(read.type)) JSON.stringify(spec.items(read, 0))
      writeFileSync(path, `${line}\n`)
      lastSession(path)
      const report = nothing
      const outbox = new Outbox({ part: '', budget: 1_000, report })
      const callbacks = new CallbackSet({ place: 'replay', report, clock: Date.now, redactor, timeout: 1_000, outbox })
      void new Driver({ callbacks, report, dir: '.', act }).feed(read)
      callbacks.close()
    }),
    { numRuns: 500 },
  )
})
