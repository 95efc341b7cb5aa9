import { join } from 'node:path'
import Database from 'libsql'
import { it } from 'vitest'
import { conforms, type KeptRecord, type RunStorage } from '@swanlab/core/testing'
import { places } from '@swanlab/journal/testing'
import { sqlite } from './own-backend.ts'

const NUMBERS = new Set(['NaN', 'Infinity', '-Infinity'])

function open(folder: string): Database.Database {
  return new Database(join(folder, 'runs.db'))
}

const storage: RunStorage = {
  records: (folder, run) => {
    const db = open(folder)
    const rows = db.prepare('select type, body from record where run = ? order by rowid').all(run.id)
    db.close()
    return (rows as { type: string; body: string }[]).map(({ type, body }): KeptRecord => {
      const record = JSON.parse(body, (_, value: unknown) =>
        typeof value === 'string' && NUMBERS.has(value) ? Number(value) : value,
      ) as object
      return { ...record, type }
    })
  },
  media: (folder, run, path) => {
    const db = open(folder)
    const row = db.prepare('select bytes from media where run = ? and name = ?').get(run.id, path)
    db.close()
    return (row as { bytes: Uint8Array }).bytes
  },
  breakMedia: (folder) => {
    const db = open(folder)
    db.exec('drop table media')
    db.close()
  },
  breakRecords: (folder) => {
    const db = open(folder)
    db.exec('drop table record')
    db.close()
  },
}

for (const { title, check } of conforms((folder) => sqlite({ path: join(folder, 'runs.db') }), { storage, places }))
  it(title, check)
