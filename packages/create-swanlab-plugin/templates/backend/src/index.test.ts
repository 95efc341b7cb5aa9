import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { conforms, type KeptRecord, type RunStorage } from '@swanlab/core/testing'
import { MyBackend } from './index.ts'

const NUMBERS: readonly unknown[] = ['NaN', 'Infinity', '-Infinity']

/** Where it keeps runs, looked at without it. */
const storage: RunStorage = {
  records: (folder, { id }) =>
    readFileSync(join(folder, `${id}.jsonl`), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line, (_, value) => (NUMBERS.includes(value) ? Number(value) : value)) as KeptRecord),
  media: (folder, { id }, path) => readFileSync(join(folder, id, path)),
  breakMedia: (folder, { id }) => rmSync(join(folder, id), { recursive: true }),
  breakRecords: (folder, { id }) => {
    rmSync(join(folder, `${id}.jsonl`))
    mkdirSync(join(folder, `${id}.jsonl`))
  },
}

// What every good plugin does, and what everybody does who keeps runs.
for (const { title, check } of conforms((folder) => new MyBackend({ folder }), { storage })) test(title, check)

test('options that are wrong are refused at once', () => {
  assert.throws(() => new MyBackend({ folder: '' }), { code: 'INVALID_OPTION' })
})
