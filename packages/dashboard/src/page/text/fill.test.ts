import { expect, it } from 'vitest'
import { fill } from './fill.ts'

it('puts values into a sentence, which they cannot turn around', () => {
  expect(fill('last {key} {n}, {n|run|runs}', { key: 'loss', n: 1_234 }, 'en')).toBe('last loss 1,234, runs')
  expect(fill('{key} at {n}, {n|run|runs}', { key: '\u202Egnp.\u2066exe\u2069', n: 1 }, 'en')).toBe('gnp.exe at 1, run')
})

it('fills in nothing that a value says', () => {
  expect(fill('{a}{b}', { a: '{b}$&', b: '{constructor}' }, 'en')).toBe('{b}$&{constructor}')
  expect(fill('{constructor}', {}, 'en')).toBe('')
})
