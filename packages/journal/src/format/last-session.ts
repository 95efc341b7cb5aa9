import { JournalCursor } from './cursor.ts'
import type { JournalRecord, RecordedRun } from './records.ts'
import type { ProcessIdentity } from '../files/process-identity.ts'

/** What a journal says of the process that wrote to it last, and of how far the run has come. */
export interface LastSession {
  /** Where the session begins, in bytes. */
  readonly from: number
  /** The run as this session knows it; absent when no beginning can be read. */
  readonly run: RecordedRun | undefined
  /** The process that records the session. */
  readonly owner: ProcessIdentity | undefined
  /** Has the session ended? */
  readonly finished: boolean
  /** Start of the session, in milliseconds since 1970. */
  readonly start: number
  /** Time of the latest record, in milliseconds since 1970. */
  readonly last: number
  /** Steps of the whole run. */
  readonly steps: number
  readonly lastStep: number | undefined
}

/** Of an own journal: somebody acts on it. @throws as {@link JournalCursor} when the file cannot be opened. */
export function lastSession(path: string): LastSession {
  const session: Mutable<LastSession> = {
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
      for (const record of records) follow(session, record, cursor.offset)
  } finally {
    cursor.close()
  }
  return session
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function follow(session: Mutable<LastSession>, record: JournalRecord, offset: number): void {
  session.last = Math.max(session.last, record.time)
  switch (record.type) {
    case 'header':
    case 'resume':
      Object.assign(session, {
        from: offset,
        run: record.run,
        owner: record.process,
        start: record.time,
        finished: false,
      })
      break
    case 'finish':
      session.finished = true
      break
    case 'log':
      session.steps++
      session.lastStep = Math.max(session.lastStep ?? 0, record.step)
  }
}
