import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { journal } from '@swanlab/journal'
import { placeCallbacks } from './placement.ts'
import { obstacleOf } from './resident-module.ts'

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
  [{ on: { end: () => {} } }, 'its options are not plain JSON: options.on.end is a function'],
  [{ at: new Date(0) }, 'its options are not plain JSON: options.at is a Date'],
  [{ limit: Infinity }, 'its options are not plain JSON: options.limit is Infinity'],
  [{ list: [1, undefined] }, 'its options are not plain JSON: options.list.1 is undefined'],
  [{ big: 1n }, 'its options are not plain JSON: options.big is a bigint'],
])('options that would not arrive as they are keep a callback in the training: %o', (options, reason) => {
  expect(obstacleOf({ module, export: 'Own', options }, undefined)).toBe(reason)
})

test('options that hold themselves do so, too', () => {
  expect(obstacleOf({ module, export: 'Own', options: loop }, undefined)).toContain('nested too deeply')
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
