// What an author has: plain JavaScript, node:test, and packages that are found where they are installed.
import { test } from 'node:test'
import { conforms } from '@swanlab/core/testing'
import { Calm } from './callbacks.ts'

const secrets = ['hunter2hunter2']
void test('calm', async (t) => {
  for (const { title, check } of conforms((folder) => new Calm({ folder }), { secrets })) await t.test(title, check)
})
void test('two-faced', async (t) => {
  for (const { title, check } of conforms((folder) => new Calm({ folder, twoFaced: true }), { secrets }))
    await t.test(title, check)
})
void test('live alone', async (t) => {
  for (const { title, check } of conforms(() => ({ name: 'live' }))) await t.test(title, check)
})
