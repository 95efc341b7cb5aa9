import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, test } from 'vitest'

const CRASHED = fileURLToPath(new URL('../fixtures/crashed-run', import.meta.url))
const EXAMPLE = fileURLToPath(new URL('../../examples/replay-to-csv.ts', import.meta.url))
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'replay-to-csv-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('examples/replay-to-csv.ts exports one run, or a folder of runs', () => {
  cpSync(CRASHED, join(folder, 'swanlog', 'run-20260101_000000-one'), { recursive: true })
  for (const given of [CRASHED, 'swanlog']) {
    const args = ['--conditions=source', '--import', TSX, EXAMPLE, given]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    expect([status, stdout, stderr]).toEqual([0, 'mlp-64 of iris: crashed, 60 steps\n', ''])
  }
  const [head, ...rows] = readFileSync(join(folder, 'all-runs.csv'), 'utf8').trim().split('\n')
  expect(head).toContain('project,exp_name')
  expect(head).toContain('train/loss')
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.every((row) => row.startsWith('iris,mlp-64,'))).toBe(true)
})
