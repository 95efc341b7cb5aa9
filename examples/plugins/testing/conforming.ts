import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { conforms, httpServer } from '@swanlab/core/testing'
import Database from 'libsql'
import { allPlugins } from './all.ts'

// In plain JavaScript, where a background process can import what lives there.
const { url } = await httpServer()

/** The same rows need not be the same bytes. */
function observe(folder: string): unknown[] {
  return readdirSync(folder).flatMap((name): unknown[] => {
    const path = join(folder, name)
    if (name !== 'runs.db') return [name, readFileSync(path, 'utf8')]
    const db = new Database(path)
    const rows = ['run', 'step'].map((table) => db.prepare(`select * from ${table}`).all())
    db.close()
    return rows
  })
}

for (const [at, { name }] of allPlugins('', url).entries()) {
  const checks = conforms((folder) => allPlugins(folder, url)[at]!, { observe })
  for (const { title, check } of checks)
    if (title.startsWith('does the same in the background process')) test(`${name}: ${title}`, check)
}
