import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { createConfig, type ConfigSnapshot } from '@swanlab/core/internal'
import { configYaml } from './config-yaml.ts'

/** What a reader of YAML finds: values by key, in their first order. */
function read(text: string): ConfigSnapshot {
  const members = parse(text) as Record<string, { desc: string; sort: number; value: never }>
  const sorted = Object.entries(members).toSorted(([, a], [, b]) => a.sort - b.sort)
  expect(sorted.map(([, { desc, sort }]) => [desc, sort])).toEqual(sorted.map((_, index) => ['', index]))
  return Object.fromEntries(sorted.map(([key, { value }]) => [key, value]))
}

test('has the layout of SwanLab, sorted by key', () => {
  expect(configYaml({ seed: 1, lr: 1e-7, model: { name: 'cats', sizes: [1, null, true] } })).toBe(
    [
      "lr:\n  desc: ''\n  sort: 1\n  value: 1.0e-7\n",
      'model:\n  desc: \'\'\n  sort: 2\n  value: {"name":"cats","sizes":[1,null,true]}\n',
      "seed:\n  desc: ''\n  sort: 0\n  value: 1\n",
    ].join(''),
  )
})

test('an empty configuration is an empty mapping', () => {
  expect(configYaml({})).toBe('{}\n')
})

test('numbers have the point that Python asks for, texts that look like numbers stay as they are', () => {
  const config = { tiny: [1e-7, -1e-7, 1.5e-9, 1e21, 0.1, 7], text: ['1e-7', 'a: 1e5', '"1e5'] }
  const text = configYaml(config)
  expect(text).toContain('[1.0e-7,-1.0e-7,1.5e-9,1.0e+21,0.1,7]')
  expect(read(text)).toEqual(config)
})

test('a long key is announced at every depth, as Python asks', () => {
  const long = 'k'.repeat(2_000)
  expect(configYaml({ [long]: { [long]: long } })).toMatch(/^\? "k+"\n:\n[^]+ {? value: \{\? "k+":"k+"\}\n$/)
})

test('no character is written that could not be printed', () => {
  const hostile = Array.from({ length: 0x10_000 }, (_, code) => String.fromCharCode(code)).join('')
  const text = configYaml({ [hostile.slice(0, 0x100)]: hostile })
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u2028\u2029\uD800-\uDFFF\uFEFF\uFFFE\uFFFF]/u)
  expect(read(text)).toEqual({ [hostile.slice(0, 0x100)]: hostile })
})

test.each([
  ...['', ' ', 'true', 'No', 'null', '~', '<<', '=', '1', '1e5', '.inf', '- a', '? a', '# a', '&a', '*a', '!a', '%a'],
  ...['a: b', 'a #b', "'", '"', '\\', '\n', '{a}', '[a]', '---', '...', 'k'.repeat(1_001), 'ü'.repeat(4_000), '🦢'],
])('the key %j comes back', (key) => {
  expect(read(configYaml({ [key]: key, other: { [key]: [key] } }))).toEqual({ [key]: key, other: { [key]: [key] } })
})

test('whatever a configuration holds comes back', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string(),
    fc.constantFrom('__proto__', 'constructor', '- ', ': '),
  )
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      ...[text, fc.double({ noNaN: true }), fc.integer(), fc.boolean(), fc.constant(null)],
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(text, tie('value'), { maxKeys: 3 }),
    ),
  })).value
  fc.assert(
    fc.property(fc.dictionary(text, value, { maxKeys: 4 }), (given) => {
      const config = createConfig(given).snapshot()
      expect(JSON.stringify(read(configYaml(config)))).toBe(JSON.stringify(config))
    }),
    { numRuns: 200 },
  )
})
