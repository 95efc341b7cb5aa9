import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { journal } from '@swanlab/journal'
import { placeCallbacks } from './placement.ts'
import { notJson } from './resident-module.ts'

const folder = mkdtempSync(join(tmpdir(), 'resident-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const path = join(folder, 'plugin.mjs')
writeFileSync(path, "export class Own { name = 'own' }\nexport const text = 'no class'\n")
const module = pathToFileURL(path).href

const loop: Record<string, unknown> = {}
loop['loop'] = loop

test.each<[options: unknown, reason: string | undefined]>([
  [{ a: [1, 'x', null, { b: true }], c: undefined }, undefined],
  [undefined, undefined],
  [Object.assign(Object.create(null) as object, { a: 1 }), undefined],
  [{ on: { end: () => {} } }, 'options.on.end: a function cannot be handed to the background process'],
  [{ at: new Date(0) }, 'options.at: a Date cannot be handed to the background process'],
  [{ limit: Infinity }, 'options.limit: Infinity cannot be handed to the background process'],
  [{ list: [1, undefined] }, 'options.list.1: undefined in a list cannot be handed to the background process'],
  [{ filter: /x/ }, 'options.filter: a RegExp cannot be handed to the background process'],
  [{ seen: new Map() }, 'options.seen: a Map cannot be handed to the background process'],
  [{ a: { toJSON: () => 1 } }, 'options.a: what has a toJSON() cannot be handed to the background process'],
  [{ [Symbol('s')]: 1 }, 'options: a member named by a symbol cannot be handed to the background process'],
  [{ big: 1n }, 'options.big: a bigint cannot be handed to the background process'],
])('options that would not arrive as they are: %o', (options, reason) => {
  expect(notJson(options)).toBe(reason)
})

test('options that hold themselves do so, too', () => {
  expect(notJson(loop)).toContain('nested too deeply')
})

test.each([
  ['Own', undefined],
  ['Onw', 'its module cannot be used: it exports no function or class "Onw"; did you mean "Own"?'],
  ['text', 'its module cannot be used: it exports no function or class "text"'],
])('a module in JavaScript is looked at in the training: %s', async (name, reason) => {
  const callback = { name: 'own', resident: { module, export: name, options: {} } }
  const { placements, loaders } = await placeCallbacks([journal({ logdir: folder }), callback], true, {
    script: undefined,
    loaders: [],
  })
  expect(placements).toEqual([
    reason === undefined ? { name: 'own', place: 'resident' } : { name: 'own', place: 'live', reason },
  ])
  expect(loaders).toEqual([])
})
