import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { OutboxItem } from '@swanlab/core/internal'
import { OutboxFiles } from './outbox-files.ts'

let dir: string
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'outbox-'))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const item: OutboxItem = {
  key: '0 ended mail',
  channel: 'mail',
  event: 'ended',
  notification: { subject: 'over' },
  state: 'waiting',
  attempts: 0,
  posted: 1,
  nextTry: 1,
}

test('gives back what it was given, in its latest state', () => {
  const store = new OutboxFiles(dir)
  store.save(item)
  store.save({ ...item, state: 'sent' })
  expect(store.load()).toEqual([{ ...item, state: 'sent' }])
})

test('what cannot be saved leaves no half of a file', () => {
  const store = new OutboxFiles(dir)
  store.save(item)
  const [name] = readdirSync(join(dir, 'outbox'))
  rmSync(join(dir, 'outbox', name!))
  mkdirSync(join(dir, 'outbox', name!))
  expect(() => store.save(item)).toThrow()
  expect(readdirSync(join(dir, 'outbox'))).toEqual([name])
  expect(store.load()).toEqual([])
})

test('what is on its way is for its owner alone', () => {
  new OutboxFiles(dir).save(item)
  const [name] = readdirSync(join(dir, 'outbox'))
  expect(statSync(join(dir, 'outbox')).mode & 0o777).toBe(0o700)
  expect(statSync(join(dir, 'outbox', name!)).mode & 0o777).toBe(0o600)
})

test('what leads elsewhere is not on its way', () => {
  const store = new OutboxFiles(dir)
  store.save(item)
  const elsewhere = join(dir, 'elsewhere.json')
  writeFileSync(elsewhere, JSON.stringify({ ...item, key: 'planted' }))
  symlinkSync(elsewhere, join(dir, 'outbox', 'planted.json'))
  expect(store.load()).toEqual([item])
})

test.runIf(process.getuid?.() === 0)("another user's items are not sent in this user's name", () => {
  const store = new OutboxFiles(dir)
  store.save(item)
  const planted = join(dir, 'outbox', 'planted.json')
  writeFileSync(planted, JSON.stringify({ ...item, key: 'planted' }))
  chownSync(planted, 65_534, 65_534)
  expect(store.load()).toEqual([item])
  chownSync(dir, 65_534, 65_534)
  expect(store.load()).toEqual([])
})
