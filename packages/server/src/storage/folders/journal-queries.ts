import { latestOf } from '../../reads/order.ts'
import { SeriesBuilder, type Series } from '../../reads/series.ts'
import type { Work } from '../../reads/work.ts'
import type { LogLine, MediaPoint, WantedLines } from '../interfaces.ts'
import type { RunJournal } from './run-journal.ts'

/** What a point of media, or a line, takes in memory beside its characters, in bytes. */
const ITEM = 200

/** Points in the order of their steps; of one step the last one counts. */
export async function scalarsIn(
  journal: RunJournal,
  keys: ReadonlySet<string> | undefined,
  work: Work,
): Promise<Map<string, Series>> {
  const builders = new Map<string, SeriesBuilder>()
  await journal.read(['log'], work, (record) => {
    if (record.type !== 'log') return
    const { data, step, time } = record
    for (const key of keys ?? Object.keys(data)) {
      if (!Object.hasOwn(data, key)) continue
      let builder = builders.get(key)
      if (!builder) builders.set(key, (builder = new SeriesBuilder(key, work)))
      builder.add(step, data[key]!, time)
    }
  })
  const found = new Map<string, Series>()
  for (const [key, builder] of builders) {
    found.set(key, await builder.end())
    if (work.due) await work.pause()
  }
  return found
}

export async function mediaIn(
  journal: RunJournal,
  keys: ReadonlySet<string>,
  work: Work,
): Promise<Map<string, MediaPoint[]>> {
  const byKey = new Map<string, MediaPoint[]>()
  await journal.read(['media'], work, (record) => {
    if (record.type !== 'media' || !keys.has(record.key)) return
    const { key, step: index, data, more, time } = record
    const points = byKey.get(key)
    if (points) points.push({ key, index, data, more, time })
    else byKey.set(key, [{ key, index, data, more, time }])
    // The other members are seldom longer than the paths.
    work.hold(data.reduce((sum, { length }) => sum + ITEM + 2 * length, ITEM) + (more ? ITEM * more.length : 0))
  })
  for (const [key, points] of byKey) byKey.set(key, await latest(points, ({ index }) => index, work))
  return byKey
}

export async function linesIn(
  journal: RunJournal,
  { after = -1, level: wanted, most = Infinity }: WantedLines,
  work: Work,
): Promise<LogLine[]> {
  const isWanted = ({ level }: LogLine): boolean => wanted === undefined || level === wanted
  let lines: LogLine[] = []
  /** Lines behind this one are behind as many as are wanted. */
  let end = Infinity
  let full = Math.max(2 * most, 10_000)
  const cut = async (): Promise<void> => {
    lines = await latest(lines, ({ epoch }) => epoch, work)
    let count = 0
    const last = lines.findIndex((line) => isWanted(line) && ++count >= most)
    if (last < 0) full = Math.max(full, 2 * lines.length)
    else {
      end = lines[last]!.epoch
      lines.length = last + 1
    }
  }
  await journal.read(['console'], work, (record) => {
    if (record.type !== 'console' || record.line <= after || record.line > end) return
    const level = record.level === 'error' ? 'ERROR' : record.level === 'warn' ? 'WARN' : 'INFO'
    const line = { epoch: record.line, level, message: record.text, time: record.time } as const
    // One that is not wanted may still replace one that was.
    lines.push(isWanted(line) ? line : { ...line, message: '' })
    if (most === Infinity) work.hold(ITEM + 2 * line.message.length)
    return lines.length >= full ? cut() : undefined
  })
  await cut()
  return lines.filter(isWanted)
}

async function latest<T>(items: readonly T[], numberOf: (item: T) => number, work: Work): Promise<T[]> {
  const kept = await latestOf((at) => numberOf(items[at]!), items.length, work)
  return kept ? Array.from(kept, (at) => items[at]!) : [...items]
}
