import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { toJson } from './json-value.ts'
import { startCpuTimer } from './testing/cpu-timer.ts'

function fail(): never {
  throw new Error('no')
}

class Optimizer {
  lr = 0.1
  readonly #state = 1
  step(): number {
    return this.#state
  }
}

test.each<[unknown, unknown]>([
  [null, null],
  [undefined, null],
  [NaN, 'NaN'],
  [Infinity, 'Infinity'],
  [-Infinity, '-Infinity'],
  [-0, 0],
  [7n, 7],
  [2n ** 64n, '18446744073709551616'],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
  [new Date(NaN), 'Invalid Date'],
  [/x+/gi, '/x+/gi'],
  [new URL('https://example.org/a'), 'https://example.org/a'],
  [new RangeError('too far'), 'RangeError: too far'],
  [Symbol('s'), 'Symbol(s)'],
  [Math.tanh, '[function tanh]'],
  [Optimizer, '[function Optimizer]'],
  [new Optimizer(), { lr: 0.1 }],
  [Promise.resolve(), '[object Promise]'],
  [Object(5), 5],
  [{ toJSON: () => ({ a: 1n }) }, { a: 1 }],
  [Float64Array.of(1, NaN), [1, 'NaN']],
  [Buffer.from('ab'), [97, 98]],
  [
    [1, undefined, [null]],
    [1, null, [null]],
  ],
  [new Set([1, { a: 1 }]), [1, { a: 1 }]],
  [
    new Map<unknown, unknown>([
      ['a', 1],
      [2, new Map()],
    ]),
    { a: 1, 2: {} },
  ],
  [
    { a: undefined, b: [], c: {} },
    { b: [], c: {} },
  ],
  [Object.assign(Object.create(null), { a: { b: 1 } }), { a: { b: 1 } }],
  [JSON.parse('{"__proto__":{"x":1}}'), JSON.parse('{"__proto__":{"x":1}}')],
])('%o becomes %o', (value, json) => {
  expect(toJson(value)).toStrictEqual(json)
})

test('what is JSON already stays as it is, as a copy', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = toJson(value)
      expect(JSON.stringify(json)).toBe(JSON.stringify(value))
      if (typeof value === 'object' && value !== null) expect(json).not.toBe(value)
    }),
  )
})

test('whatever it is given, it answers with JSON', () => {
  fc.assert(
    fc.property(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withTypedArray: true,
        withSparseArray: true,
      }),
      (value) => {
        const json = toJson(value)
        expect(JSON.parse(JSON.stringify(json))).toEqual(json)
      },
    ),
  )
})

test('circles are cut where they close; what is shared is copied', () => {
  const shared = { x: 1 }
  const circle: Record<string, unknown> = { shared, again: shared }
  circle['self'] = circle
  circle['list'] = [circle]
  expect(toJson(circle)).toEqual({ shared: { x: 1 }, again: { x: 1 }, self: '[circular]', list: ['[circular]'] })
})

test('what throws when it is read says so, and costs nothing else', () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const value = {
    get getter() {
      return fail()
    },
    proxy,
    keys: new Proxy({}, { ownKeys: fail }),
    json: { toJSON: fail },
    text: Object.assign(Object.create({ toString: fail, valueOf: fail }), { a: 1 }) as object,
    map: new Map([[{ toString: fail }, 1]]),
    fine: 1,
  }
  expect(toJson(value)).toEqual({
    getter: '[unreadable]',
    proxy: '[unreadable]',
    keys: '[unreadable]',
    json: '[unreadable]',
    text: '[unreadable]',
    map: '[unreadable]',
    fine: 1,
  })
})

test('depth and size are bounded, and what is left out says so', () => {
  let deep: object = {}
  for (let i = 0; i < 10_000; i++) deep = { n: deep }
  let shared: object = { v: 1 }
  for (let i = 0; i < 60; i++) shared = { a: shared, b: shared }
  const endless = (): object =>
    new Proxy(
      {},
      {
        get: endless,
        ownKeys: () => ['n'],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      },
    )
  const sparse: unknown[] = []
  sparse.length = 4_000_000_000
  const cpuTime = startCpuTimer()
  expect(JSON.stringify(toJson(deep))).toContain('[too deep]')
  expect(JSON.stringify(toJson(shared))).toContain('[too large]')
  expect(JSON.stringify(toJson(endless()))).toContain('[too deep]')
  expect(JSON.stringify(toJson(sparse))).toContain('[too large]')
  expect(toJson('x'.repeat(5_000_000))).toMatch(/^x{4194296}… \[too large\]$/)
  expect(JSON.stringify(toJson(Array(100).fill('y'.repeat(100_000)))).length).toBeLessThan(5_000_000)
  expect(cpuTime()).toBeLessThan(8_000)
})
