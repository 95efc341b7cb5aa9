// A backend of one's own: keeps runs in SQLite, with the public contract alone.
//
//   await init({ project: 'cats', callbacks: [sqlite({ path: 'runs.db' })] })
import Database from 'libsql'
import type { Callback, EarlierRecord, InitInfo, InitPatch, MediaDraft, MediaRecord } from '@swanlab/core'

/** Where the database is. */
export interface SqliteOptions {
  readonly path: string
}

const TABLES = `
  create table if not exists record (run text not null, type text not null, body text not null);
  create index if not exists record_of_run on record (run);
  create table if not exists media (run text not null, name text not null, bytes blob not null, primary key (run, name));`

/** Keeps runs in one SQLite database: a row is in it when `log()` returns, and a run can be resumed. */
export function sqlite({ path }: SqliteOptions): Callback {
  let db: Database.Database
  let id = ''
  let lost = 0
  const keep = (type: string, body: object): void => {
    try {
      db.prepare('insert into record values (?, ?, ?)').run(id, type, JSON.stringify(body, finiteOrWord))
    } catch (error) {
      lost++
      throw error
    }
  }
  return {
    name: 'sqlite',
    // A recorder: gets each moment first, in the very turn in which it happens.
    immediate: true,
    onInit(info) {
      id = info.id
      db = new Database(path)
      db.pragma('journal_mode = WAL')
      db.exec(TABLES)
      return info.resume ? takeBack(db, info) : { mode: 'sqlite' }
    },
    onOpen: (run) => keep('config', { config: run.config, experimentName: run.experimentName }),
    onRuntimeInfoUpdate(info) {
      if (info.config) keep('config', info)
    },
    onColumnCreate: (column) => keep('column', column),
    onLog: (record) => keep('log', record),
    onAlert: (alert) => keep('alert', alert),
    onConsole: (line) => keep('console', line),
    storeMedia({ key, step, time, kind, items }: MediaDraft): MediaRecord {
      const insert = db.prepare('insert into media values (?, ?, ?)')
      const data = items.map(({ bytes, extension }, at) => {
        const name = `${kind}/${key}/${step}-${at}.${extension}`
        insert.run(id, name, Buffer.from(bytes))
        return name
      })
      return { key, step, time, data, more: items.map(({ more }) => more) }
    },
    onMedia: (media) => keep('media', media),
    onStop: ({ state, cause, losses }) => keep('finish', { state, cause, losses }),
    onClose: () => void db.close(),
    lost: () => lost,
  }
}

/** What earlier parts of the run had recorded. Without any, `init` refuses `resume: 'must'`. */
function takeBack(db: Database.Database, { id, experimentName }: InitInfo): InitPatch {
  const rows = db.prepare('select type, body from record where run = ? order by rowid').all(id) as Row[]
  const records = rows.map(({ type, body }) => ({ ...(JSON.parse(body) as object), type }) as EarlierRecord)
  const named = records.find((record) => record.type === 'config') as { experimentName?: string } | undefined
  if (!named) return { mode: 'sqlite' }
  const config = records.findLast((record) => record.type === 'config')!.config
  return {
    mode: 'sqlite',
    resumed: true,
    experimentName: experimentName ?? named.experimentName,
    earlier: [...records.filter(({ type }) => type !== 'config').map(withNumbers), { type: 'config', config }],
  }
}

interface Row {
  readonly type: string
  readonly body: string
}

/** JSON has no word for these numbers. */
function finiteOrWord(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

function withNumbers(record: EarlierRecord): EarlierRecord {
  if (record.type !== 'log') return record
  const data = Object.fromEntries(Object.entries<unknown>(record.data).map(([key, value]) => [key, Number(value)]))
  return { ...record, data }
}
