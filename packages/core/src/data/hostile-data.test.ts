import { expect, test } from 'vitest'
import { startParser as start } from './testing/parser.ts'
import { startCpuTimer } from './testing/cpu-timer.ts'

function fail(): never {
  throw new Error('\u001B[2J hidden '.repeat(1_000))
}

function hostile(): object {
  return Object.defineProperty({ before: 1, after: 2 }, 'bad', {
    enumerable: true,
    get: () => {
      throw new Error('no access')
    },
  })
}

test('a getter that throws costs its own member', () => {
  const { log, messages } = start()
  expect(log(hostile())?.data).toEqual({ before: 1, after: 2 })
  expect(log({ inner: hostile() })?.data).toEqual({ 'inner/before': 1, 'inner/after': 2 })
  expect(messages[0]).toBe('"bad" takes a number, but got what cannot be read (no access). Ignored.')
})

test('values whose methods throw cost themselves', () => {
  const { log, messages } = start()
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const keys = new Proxy({}, { ownKeys: fail })
  const map = new Map([[{ toString: fail }, 1]])
  expect(log({ item: { item: fail }, number: { valueOf: fail }, proxy, keys, map, ok: 1 })?.data).toEqual({ ok: 1 })
  for (const whole of [proxy, keys, map]) expect(log(whole)).toBeUndefined()
  for (const message of messages) expect(message).toMatch(/^[\x20-\x7E…]{1,200}$/)
})

test('circles and depth are noticed', () => {
  const { log, messages } = start()
  const circle: Record<string, unknown> = { a: 1 }
  circle['self'] = { circle }
  let deep: object = { leaf: 1 }
  for (let i = 0; i < 30; i++) deep = { n: deep }
  expect(log({ circle, deep, ok: 1 })?.data).toEqual({ 'circle/a': 1, ok: 1 })
  expect(messages).toEqual([
    '"circle/self/circle" takes a number, but got an object that holds itself. Ignored.',
    `"deep${'/n'.repeat(16)}" takes a number, but got objects nested more than 16 levels deep. Ignored.`,
  ])
})

test('shared objects that multiply are given up', () => {
  const { log } = start()
  let shared: object = { v: 1 }
  for (let i = 0; i < 12; i++) shared = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [n, shared]))
  const cpuTime = startCpuTimer()
  log({ shared })
  expect(cpuTime()).toBeLessThan(5_000)
})

test('ten thousand keys are ten thousand columns', () => {
  const { log, messages, takeColumns } = start()
  const data = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k/${i}`, i]))
  expect(log(data)?.data).toEqual(data)
  expect(takeColumns()).toHaveLength(10_000)
  expect(messages).toEqual([])
})

test('a value that logs while it is read is one record after another', () => {
  const { log } = start()
  const order: unknown[] = []
  log({ a: { valueOf: () => (order.push(log({ b: 1 })?.step), 2) } })
  expect(order).toEqual([0])
  expect(log({ c: 1 })?.step).toBe(1)
})
