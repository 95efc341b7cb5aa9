import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { encodeRecord } from '@swanlab/journal'
import { expect, test } from 'vitest'
import { finished, HEADER, rows } from '../testing/journals.ts'
import { temporaryFolder, writeRun } from '../testing/watched.ts'
import { ListRows } from './list-rows.ts'

const journalOf = (dir: string): string => join(dir, 'journal.jsonl')

test('only rows that have changed are told, and whether their configuration has', () => {
  const folder = temporaryFolder()
  const dirs = ['run-a', 'run-b'].map((name) => writeRun(folder, name, encodeRecord(HEADER) + rows(1)))
  const list = new ListRows()
  const known = [0, 0]
  const configs = [0, 0]
  const news = (): { at: number; lastStep: number | undefined; config: boolean }[] =>
    list.changed(dirs, known).map(({ at, version, config, row: { lastStep } }) => {
      known[at] = version
      const isOther = configs[at] !== config
      configs[at] = config
      return { at, lastStep, config: isOther }
    })
  expect(news()).toEqual([0, 1].map((at) => ({ at, lastStep: 0, config: true })))
  expect(news()).toEqual([])
  appendFileSync(journalOf(dirs[1]!), rows(1, 7))
  expect(news()).toEqual([{ at: 1, lastStep: 7, config: false }])
  appendFileSync(journalOf(dirs[0]!), encodeRecord({ type: 'config', time: 3_000, config: { lr: 2 } }))
  expect(news()).toEqual([{ at: 0, lastStep: 0, config: true }])
  expect(new ListRows().changed(dirs, known)).toHaveLength(2)
})

test('a run whose process has been killed is lost, although nothing in its journal has changed', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'])
  await once(child, 'spawn')
  const header = encodeRecord({ ...HEADER, process: { pid: child.pid!, host: hostname() } })
  const dir = writeRun(temporaryFolder(), 'run-a', header + rows(1))
  const list = new ListRows()
  expect(list.row(dir).state).toBe('running')
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(list.row(dir).state).toBe('lost')
})

test('a run that has ended is not read again', () => {
  const dir = writeRun(temporaryFolder(), 'run-a', finished(3))
  const list = new ListRows()
  expect(list.row(dir)).toBe(list.row(dir))
})
