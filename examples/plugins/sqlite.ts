import Database from 'libsql'
import { defineResident, type LogRecord, type Outcome, type RunInfo, SwanKitCallback } from '@swanlab/core'

const TABLES = `
  create table if not exists run (id text primary key, project text, name text, state text);
  create table if not exists step (run text, step integer, time integer, data text, primary key (run, step));`
// No prepared statements: libsql keeps the file open until they are collected.
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
/** JSON has no word for some numbers. */
const inWords = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value

/** Writes runs into a SQLite database: one row a step, with its values as JSON. */
export class SqliteExporter extends SwanKitCallback<{ readonly path: string }> {
  #db: Database.Database | undefined
  #run = ''

  // Not in the constructor: the training makes an instance as well when another process drives one.
  override onRun({ id, project, experimentName }: RunInfo): void {
    this.#db = new Database(this.options.path, { timeout: 5_000 })
    this.#run = quoted(id)
    const values = [this.#run, quoted(project), quoted(experimentName), "'running'"].join(', ')
    this.#db.exec(`pragma journal_mode = wal; ${TABLES} insert or replace into run values (${values})`)
  }

  // The same row may come twice, and one step in several rows.
  override onLog({ step, time, data }: LogRecord): void {
    this.#db?.exec(`insert into step values (${this.#run}, ${step}, ${time}, ${quoted(JSON.stringify(data, inWords))})
      on conflict do update set data = json_patch(data, excluded.data)`)
  }

  override onStop({ state }: Outcome): void {
    this.#db?.exec(`update run set state = ${quoted(state)} where id = ${this.#run}`)
    this.#db?.close()
  }
}

defineResident(import.meta, SqliteExporter)
