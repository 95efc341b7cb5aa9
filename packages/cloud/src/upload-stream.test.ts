import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeLog, encodeRecord, type JournalRecord } from '@swanlab/journal/internal'
import { CloudError } from './cloud-error.ts'
import { UploadStream, type StreamSpec } from './upload-stream.ts'
import { UploadStopped, RetryPolicy } from './retry-policy.ts'
import type { StreamCheckpoint } from './checkpoint.ts'

const folder = mkdtempSync(join(tmpdir(), 'upload-stream-'))
let files = 0

function journal(lines: readonly string[]): string {
  const path = join(folder, `${files++}.jsonl`)
  writeFileSync(path, lines.join(''))
  return path
}

const row = (step: number): string => encodeLog({ step, time: step, data: { a: step } })
const other = (text: string): string => encodeRecord({ type: 'alert', title: text, text, level: 'info', time: 0 })

interface Trip {
  readonly sent: number[]
  readonly saved: { checkpoint: StreamCheckpoint; sent: number }[]
  readonly aside: unknown[]
}

/** Uploads a journal to its end. @param refuse - Throws for what the server does not take. */
async function upload(
  path: string,
  most: number,
  from?: StreamCheckpoint,
  refuse: (items: readonly number[]) => void = () => {},
): Promise<Trip> {
  const trip: Trip = { sent: [], saved: [], aside: [] }
  const spec: StreamSpec<number> = {
    name: 'rows',
    types: new Set<JournalRecord['type']>(['log']),
    most,
    mostBytes: 1_000,
    items: (record) => (record.type === 'log' ? [record.step] : []),
    send: async (items) => {
      refuse(items)
      trip.sent.push(...items)
    },
  }
  const retry = new RetryPolicy({ clock: Date.now, random: () => 0.5, report: () => {}, firstPause: 1, afterEnd: 50 })
  retry.runEnded(Date.now())
  const stream = new UploadStream(spec, {
    path,
    from,
    retry,
    interval: 0,
    save: (_name, checkpoint) => trip.saved.push({ checkpoint, sent: trip.sent.length }),
    setAside: (_name, item) => trip.aside.push(item),
  })
  stream.end()
  await stream.run()
  return trip
}

const refused = (): never => {
  throw new CloudError('no', { status: 400, own: true })
}

describe('UploadStream', () => {
  it('resumes from its checkpoint, neither repeating nor skipping, however the journal is damaged', async () => {
    const piece = fc.oneof(
      { weight: 5, arbitrary: fc.constant('row' as const) },
      fc.constantFrom('merged' as const, 'other' as const, 'junk' as const, 'torn' as const),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        fc.nat(),
        async (pieces, most, pick) => {
          let step = 0
          const lines = pieces.map((kind) => {
            if (kind === 'row') return row(step++)
            if (kind === 'merged') return `${row(step++).trimEnd()}${row(step++)}`
            if (kind === 'other') return other('x')
            return kind === 'junk' ? 'junk\n' : `${row(0).slice(0, 20)}\n`
          })
          const path = journal(lines)
          const whole = await upload(path, most)
          expect(whole.sent).toEqual(Array.from({ length: step }, (_, at) => at))
          if (whole.saved.length === 0) return
          const stop = whole.saved[pick % whole.saved.length]!
          const rest = await upload(path, most, stop.checkpoint)
          // Of a damaged line that holds several records, those that were sent may come again.
          const from = rest.sent[0] ?? step
          expect(from).toBeLessThanOrEqual(stop.sent)
          expect(stop.sent - from).toBeLessThanOrEqual(1)
          expect(rest.sent).toEqual(Array.from({ length: step - from }, (_, at) => from + at))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('keeps requests within their bounds', async () => {
    const sizes: number[] = []
    const path = journal(Array.from({ length: 25 }, (_, step) => row(step)))
    await upload(path, 10, undefined, (items) => sizes.push(items.length))
    expect(sizes).toEqual([10, 10, 5])
  })

  it('sets aside what is refused, and nothing else', async () => {
    const path = journal(Array.from({ length: 64 }, (_, step) => row(step)))
    const bad = new Set([0, 31, 32, 63])
    const trip = await upload(path, 64, undefined, (items) => items.some((item) => bad.has(item)) && refused())
    expect(trip.aside).toEqual([0, 31, 32, 63])
    expect(trip.saved.at(-1)?.checkpoint.lacking).toEqual({ offset: 0, sent: 0, refused: 4, missing: 0 })
    expect(trip.sent.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 64 }, (_, at) => at).filter((at) => !bad.has(at)),
    )
  })

  it('remembers where the first refused item is, and how many there are', async () => {
    const path = journal(Array.from({ length: 30 }, (_, step) => row(step)))
    const bad = new Set([12, 25])
    const trip = await upload(path, 10, undefined, (items) => items.some((item) => bad.has(item)) && refused())
    const { lacking } = trip.saved.at(-1)!.checkpoint
    expect(lacking).toEqual({
      offset: Array.from({ length: 10 }, (_, step) => row(step)).join('').length,
      sent: 10,
      refused: 2,
      missing: 0,
    })
    const again = await upload(path, 10, lacking)
    expect(again.sent).toEqual(Array.from({ length: 20 }, (_, at) => at + 10))
  })

  it('sets nothing aside when everything is refused', async () => {
    const path = journal(Array.from({ length: 100 }, (_, step) => row(step)))
    await expect(upload(path, 100, undefined, refused)).rejects.toBeInstanceOf(UploadStopped)
  })

  it('gives up after the deadline, with the reason', async () => {
    const path = journal([row(0)])
    const down = (): never => {
      throw new CloudError('the connection was refused')
    }
    await expect(upload(path, 10, undefined, down)).rejects.toThrow('the connection was refused')
  })
})
