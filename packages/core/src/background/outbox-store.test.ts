import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Notification } from '../notification/notification.ts'
import { OutboxStore, type OutboxItem } from './outbox-store.ts'

let dir: string
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'outbox-'))))
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const item: OutboxItem = {
  key: '0 ended mail',
  channel: 'mail',
  event: 'ended',
  notification: { subject: 'over' } as Notification,
  state: 'waiting',
  attempts: 0,
  posted: 1,
  nextTry: 1,
}

test('gives back what it was given, in its latest state', () => {
  const store = new OutboxStore(dir)
  store.save(item)
  store.save({ ...item, state: 'sent' })
  expect(store.load()).toEqual([{ ...item, state: 'sent' }])
})

test('what cannot be saved leaves no half of a file', () => {
  const store = new OutboxStore(dir)
  store.save(item)
  const [name] = readdirSync(join(dir, 'outbox'))
  rmSync(join(dir, 'outbox', name!))
  mkdirSync(join(dir, 'outbox', name!))
  expect(() => store.save(item)).toThrow()
  expect(readdirSync(join(dir, 'outbox'))).toEqual([name])
  expect(store.load()).toEqual([])
})
