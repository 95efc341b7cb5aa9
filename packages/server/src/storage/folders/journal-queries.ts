import type { LogLine, MediaPoint, ScalarPoint } from '../interfaces.ts'
import type { RunJournal } from './run-journal.ts'

/** Points in the order of their steps; of one step the last one counts. */
export async function scalarsIn(
  journal: RunJournal,
  keys: ReadonlySet<string> | undefined,
): Promise<Map<string, ScalarPoint[]>> {
  const byKey = new Map<string, Map<number, ScalarPoint>>()
  await journal.read(['log'], (record) => {
    if (record.type !== 'log') return
    for (const [key, data] of Object.entries(record.data))
      if (!keys || keys.has(key)) keep(byKey, { key, index: record.step, data, time: record.time })
  })
  return sorted(byKey)
}

export async function mediaIn(journal: RunJournal, keys: ReadonlySet<string>): Promise<Map<string, MediaPoint[]>> {
  const byKey = new Map<string, Map<number, MediaPoint>>()
  await journal.read(['media'], (record) => {
    if (record.type !== 'media' || !keys.has(record.key)) return
    const { key, step: index, data, more, time } = record
    keep(byKey, { key, index, data, more, time })
  })
  return sorted(byKey)
}

export async function linesIn(journal: RunJournal): Promise<LogLine[]> {
  const lines = new Map<number, LogLine>()
  await journal.read(['console'], (record) => {
    if (record.type !== 'console') return
    const level = record.level === 'error' ? 'ERROR' : record.level === 'warn' ? 'WARN' : 'INFO'
    lines.set(record.line, { epoch: record.line, level, message: record.text, time: record.time })
  })
  return [...lines.values()].toSorted((a, b) => a.epoch - b.epoch)
}

interface Point {
  readonly key: string
  readonly index: number
}

function keep<T extends Point>(byKey: Map<string, Map<number, T>>, point: T): void {
  let points = byKey.get(point.key)
  if (!points) byKey.set(point.key, (points = new Map()))
  points.set(point.index, point)
}

function sorted<T extends Point>(byKey: ReadonlyMap<string, ReadonlyMap<number, T>>): Map<string, T[]> {
  return new Map(
    Array.from(byKey, ([key, points]) => [key, [...points.values()].toSorted((a, b) => a.index - b.index)] as const),
  )
}
