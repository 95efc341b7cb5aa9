import { JournalCursor } from './cursor.ts'
import type { JournalRecord, RecordedRun } from './records.ts'
import type { ProcessIdentity } from '../files/process-identity.ts'

/** What a journal says of the process that wrote to it last, and of how far the run has come. */
export interface LastSession {
  /** Where the part begins, in bytes. */
  readonly from: number
  /** The run as this part knows it; absent when no beginning can be read. */
  readonly run: RecordedRun | undefined
  /** The process that records the part. */
  readonly owner: ProcessIdentity | undefined
  /** Has the part ended? */
  readonly finished: boolean
  /** Start of the part, in milliseconds since 1970. */
  readonly start: number
  /** Time of the latest record, in milliseconds since 1970. */
  readonly last: number
  /** Steps of the whole run. */
  readonly steps: number
  readonly lastStep: number | undefined
}

/** Of an own journal: somebody acts on it. @throws as {@link JournalCursor} when the file cannot be opened. */
export function lastSession(path: string): LastSession {
  const part: Mutable<LastSession> = {
    from: 0,
    run: undefined,
    owner: undefined,
    finished: false,
    start: 0,
    last: 0,
    steps: 0,
    lastStep: undefined,
  }
  const cursor = new JournalCursor(path, { owner: 'own' })
  try {
    for (const records of [cursor.read(), cursor.end()])
      for (const record of records) follow(part, record, cursor.offset)
  } finally {
    cursor.close()
  }
  return part
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function follow(part: Mutable<LastSession>, record: JournalRecord, offset: number): void {
  part.last = Math.max(part.last, record.time)
  switch (record.type) {
    case 'header':
    case 'resume':
      Object.assign(part, { from: offset, run: record.run, owner: record.process, start: record.time, finished: false })
      break
    case 'finish':
      part.finished = true
      break
    case 'log':
      part.steps++
      part.lastStep = Math.max(part.lastStep ?? 0, record.step)
  }
}
