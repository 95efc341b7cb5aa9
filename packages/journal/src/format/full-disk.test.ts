import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { JournalReader } from './reader.ts'
import { encodeLog } from './records.ts'
import { smallDisk } from './testing/small-disk.ts'
import { JournalWriter, type Durability } from './writer.ts'

const disk = smallDisk()

function open(path: string, durability: Durability = 'write') {
  const messages: string[] = []
  const writer = new JournalWriter({ path, durability, clock: () => 0, trouble: (message) => messages.push(message) })
  return { writer, messages }
}

const row = (step: number): string => encodeLog({ step, time: step, data: { loss: step / 7 } })

function stepsIn(path: string): { steps: number[]; dropped: number } {
  const reader = new JournalReader(path)
  const steps = Array.from(reader, (record) => (record.type === 'log' ? record.step : NaN))
  return { steps, dropped: reader.damage.dropped }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

describe.runIf(disk)('on a disk of 64 KiB', () => {
  const { path: folder, fill } = disk ?? { path: '', fill: () => '' }

  test.each<Durability>(['write', 'sync', 'buffered'])(
    '%s: a full disk costs what it refused, and nothing else',
    (durability) => {
      const path = `${folder}/${durability}.jsonl`
      const { writer, messages } = open(path, durability)
      const log = (from: number, to: number): void => {
        for (const step of range(from, to)) writer.append(row(step))
        writer.flush()
      }

      log(0, 100)
      const ballast = fill()
      log(100, 400)
      const lostWhileFull = writer.lost
      const kept = 400 - lostWhileFull
      rmSync(ballast)
      log(400, 500)
      writer.close()

      expect(lostWhileFull).toBeGreaterThan(0)
      expect(writer.lost).toBe(lostWhileFull)
      const { steps, dropped } = stepsIn(path)
      expect(steps).toEqual([...range(0, kept), ...range(400, 500)])
      expect(dropped).toBeLessThanOrEqual(1)
      expect(messages).toEqual([
        'The journal cannot be written (ENOSPC). Training goes on; what is lost is counted.',
        `The journal can be written again; ${lostWhileFull} records were lost.`,
      ])
      rmSync(path)
    },
  )

  test('a disk that stays full costs one message, and closing is quiet', () => {
    const path = `${folder}/journal.jsonl`
    const { writer, messages } = open(path)
    writer.append(row(0))
    const ballast = fill()
    for (const step of range(1, 500)) writer.append(row(step))
    writer.close()
    const { steps } = stepsIn(path)
    expect(writer.lost).toBe(500 - steps.length)
    expect(messages).toHaveLength(1)
    rmSync(ballast)
    rmSync(path)
  })
})
