import { expect, test } from 'vitest'
import { cleanKey, sectionOf, shown } from './key.ts'
import { startCpuTimer } from './testing/cpu-timer.ts'

test.each([
  ['loss', 'loss'],
  ['  loss\n', 'loss'],
  ['./train/loss/.', 'train/loss'],
  ['../../etc/passwd', 'etc/passwd'],
  ['train / loss', 'train / loss'],
  ['Überschätzung/损失', 'Überschätzung/损失'],
  ['🦢', '🦢'],
  ['constructor', 'constructor'],
])('%j is recorded as %j', (raw, key) => {
  expect(cleanKey(raw)).toMatchObject({ key })
})

test('a key that had to be changed says so, one that had not does not', () => {
  expect(cleanKey(' loss ')).toEqual({ key: 'loss', changed: 'recorded as "loss"' })
  expect(cleanKey('loss')).toEqual({ key: 'loss' })
})

test('a key is cut to 512 characters, never through one, and trimmed again', () => {
  expect(cleanKey('x'.repeat(600))).toMatchObject({ key: 'x'.repeat(512) })
  expect(cleanKey('🦢'.repeat(512))).toEqual({ key: '🦢'.repeat(512) })
  expect(cleanKey('🦢'.repeat(2_000))).toMatchObject({ key: '🦢'.repeat(512) })
  expect(cleanKey(`x${'🦢'.repeat(2_000)}`)).toMatchObject({ key: `x${'🦢'.repeat(511)}` })
  expect(cleanKey(`${'x'.repeat(510)}/ tail`)).toMatchObject({ key: 'x'.repeat(510) })
})

test.each([
  ['', 'is empty'],
  [' ./. ', 'is empty'],
  ['a\u0000b', 'holds control characters or broken Unicode'],
  ['a\u001B[31mb', 'holds control characters or broken Unicode'],
  ['a\u0085b', 'holds control characters or broken Unicode'],
  ['a\uD800b', 'holds control characters or broken Unicode'],
  ['a\uDC00', 'holds control characters or broken Unicode'],
  ['__swanlab__.cpu', 'begins with "__swanlab__.", which is reserved'],
  ['.__swanlab__.cpu', 'begins with "__swanlab__.", which is reserved'],
  ['__proto__', 'cannot be a key in JavaScript'],
])('%j is refused', (raw, problem) => {
  expect(cleanKey(raw)).toEqual({ problem })
})

test('hostile keys take time in proportion to their length', () => {
  const cpuTime = startCpuTimer()
  cleanKey(`a${' '.repeat(200_000)}b`)
  cleanKey(`a${'./ '.repeat(100_000)}b`)
  expect(cpuTime()).toBeLessThan(2_000)
})

test('a section is the part before the first slash', () => {
  expect(['loss', 'train/loss', 'a/b/c'].map(sectionOf)).toEqual(['default', 'train', 'a'])
})

test('a message shows a key short and on one line', () => {
  expect(shown('a\u001B[2J\nb\u202Ec\u2028d')).toBe('a?[2J?b?c?d')
  expect(shown('x'.repeat(1e6))).toBe(`${'x'.repeat(79)}…`)
})
