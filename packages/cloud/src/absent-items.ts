/** What people call the items of a kind of data: one, and several. */
const NAMES: Readonly<Record<string, readonly [string, string]>> = {
  scalars: ['scalar', 'scalars'],
  columns: ['column', 'columns'],
  log: ['line of the terminal', 'lines of the terminal'],
  media: ['media item', 'media items'],
  profile: ['part of the description', 'parts of the description'],
}

/** What a server does not have although it was sent, or should have been; by kind, and without those of which it has all. */
export interface Absent {
  /** Items that the server refused. */
  readonly refused: Readonly<Record<string, number>>
  /** Media files that were not in the run folder, or not to be sent. */
  readonly missing: number
}

/** For people; empty when nothing is lacking. */
export function describeAbsent({ refused, missing }: Absent): string {
  const kinds = Object.entries(refused).map(([kind, count]) => counted(count, NAMES[kind] ?? ['item', 'items']))
  const parts = [
    ...(kinds.length > 0 ? [`the server refused ${kinds.join(', ')}, see refused.jsonl in the run folder`] : []),
    ...(missing > 0 ? [`left out: ${counted(missing, ['media file', 'media files'])}`] : []),
  ]
  return parts.join('; ')
}

/** Number of refused items of all kinds. */
export function refusedIn({ refused }: Pick<Absent, 'refused'>): number {
  return Object.values(refused).reduce((sum, count) => sum + count, 0)
}

function counted(count: number, [one, several]: readonly [string, string]): string {
  return `${count} ${count === 1 ? one : several}`
}
