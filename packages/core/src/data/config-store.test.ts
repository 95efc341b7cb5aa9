import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { createConfig } from './config-store.ts'

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

// oxlint-disable-next-line typescript/no-explicit-any
type Loose = Record<string, any>

/** What `act` changes, as the listener gets it after the tick; absent when nothing was noticed. */
async function changeBy(act: (config: Loose) => void, initial: object = {}): Promise<unknown> {
  const store = createConfig(initial)
  store.takeChange()
  const received = vi.fn()
  store.onChange(received)
  act(store.view)
  await tick()
  const change = store.takeChange()
  expect(received).toHaveBeenCalledTimes(change === undefined ? 0 : 1)
  return change
}

describe('reading', () => {
  const initial = { lr: 0.1, model: { layers: [1, 2] }, nothing: null }

  test('works like a plain object', () => {
    const { view } = createConfig(initial)
    expect(view['lr']).toBe(0.1)
    expect(view['missing']).toBeUndefined()
    expect(Object.keys(view)).toEqual(['lr', 'model', 'nothing'])
    expect(Object.entries(view)).toHaveLength(3)
    expect({ ...view }).toEqual(initial)
    expect(['lr' in view, 'missing' in view, Symbol.iterator in view]).toEqual([true, false, false])
    expect(JSON.parse(JSON.stringify(view))).toEqual(initial)
    // oxlint-disable-next-line typescript/no-base-to-string
    expect(JSON.parse(String(view))).toEqual(initial)
    expect(inspect(view)).toBe('{ lr: 0.1, model: { layers: [ 1, 2 ] }, nothing: null }')
    const keys: string[] = []
    for (const key in view) keys.push(key)
    expect(keys).toEqual(['lr', 'model', 'nothing'])
  })

  test('works like a dictionary', () => {
    const { view } = createConfig(initial)
    expect([view.get('lr'), view.get('missing'), view.get('missing', 3), view.get('nothing', 3)]).toEqual([
      0.1,
      undefined,
      3,
      null,
    ])
    expect([view.has('lr'), view.has('missing'), view.has('get')]).toEqual([true, false, false])
    expect(view.toJSON()).toStrictEqual(initial)
  })

  test('can be resolved with and compared without surprises', async () => {
    const { view } = createConfig(initial)
    expect(await Promise.resolve(view)).toBe(view)
    expect(view).toEqual(initial)
    expect((view['model'] as object) === view['model']).toBe(true)
    expect(Array.isArray((view['model'] as { layers: unknown }).layers)).toBe(true)
  })

  test('a list inside is searched by the objects it hands out', () => {
    const { view } = createConfig({ list: [{ a: 1 }, { b: 2 }] })
    const list = view['list'] as object[]
    expect(list.indexOf(list[1]!)).toBe(1)
    expect(list.map((item) => Object.keys(item))).toEqual([['a'], ['b']])
  })
})

describe('writing', () => {
  test.each<[string, (config: Loose) => void, unknown]>([
    ['an assignment', (c) => (c['a'] = { n: NaN }), { a: { n: 'NaN' } }],
    ['null', (c) => (c['a'] = null), { a: null }],
    ['undefined', (c) => (c['a'] = undefined), { a: null }],
    ['set', (c) => c['set']('a', -Infinity), { a: '-Infinity' }],
    ['update', (c) => c['update']({ a: 1, b: undefined, c: 2 }), { a: 1, c: 2 }],
    ['update with a map', (c) => c['update'](new Map([[1, 'x']])), { 1: 'x' }],
    ['defineProperty', (c) => Object.defineProperty(c, 'a', { value: 1 }), { a: 1 }],
    ['Object.assign', (c) => Object.assign(c, { a: 1, b: 2 }), { a: 1, b: 2 }],
    ['__proto__', (c) => (c['__proto__'] = { a: 1 }), JSON.parse('{"__proto__":{"a":1}}')],
  ])('%s is noticed', async (_, act, after) => {
    expect(await changeBy(act)).toStrictEqual(after)
  })

  test.each<[string, (config: Loose) => void, unknown]>([
    ['an assignment inside', (c) => (c['o'].x.y = 2), { o: { x: { y: 2 } }, l: [3, 1] }],
    [
      'an object inside',
      (c) => (c['o'].x = { z: new Date(0) }),
      { o: { x: { z: '1970-01-01T00:00:00.000Z' } }, l: [3, 1] },
    ],
    ['__proto__ inside', (c) => (c['o'].__proto__ = 5), JSON.parse('{"o":{"x":{"y":1},"__proto__":5},"l":[3,1]}')],
    ['delete inside', (c) => delete c['o'].x, { o: {}, l: [3, 1] }],
    ['push', (c) => c['l'].push(2, { a: 1n }), { o: { x: { y: 1 } }, l: [3, 1, 2, { a: 1 }] }],
    ['splice', (c) => c['l'].splice(0, 1), { o: { x: { y: 1 } }, l: [1] }],
    ['fill', (c) => c['l'].fill(0), { o: { x: { y: 1 } }, l: [0, 0] }],
    ['a shorter length', (c) => (c['l'].length = 0), { o: { x: { y: 1 } }, l: [] }],
    [
      'defineProperty inside',
      (c) => Object.defineProperty(c['o'], 'p', { value: NaN }),
      { o: { x: { y: 1 }, p: 'NaN' }, l: [3, 1] },
    ],
    ['a change through get()', (c) => c['get']('o').x.y++, { o: { x: { y: 2 } }, l: [3, 1] }],
    ['delete', (c) => delete c['o'], { l: [3, 1] }],
    ['delete()', (c) => c['delete']('o'), { l: [3, 1] }],
  ])('%s is noticed', async (_, act, after) => {
    expect(await changeBy(act, { o: { x: { y: 1 } }, l: [3, 1] })).toStrictEqual(after)
  })

  test.each<[string, (config: Loose) => unknown]>([
    ['reading', (c) => [c['o'].x, c['get']('o'), JSON.stringify(c), c['l'].map(String)]],
    ['deleting what is not there', (c) => [delete c['none'], c['delete']('none')]],
    ['update with nothing', (c) => [c['update']({}), c['update'](null), c['update'](5), c['update'](new Date())]],
  ])('%s changes nothing', async (_, act) => {
    expect(await changeBy(act, { o: { x: 1 }, l: [1] })).toBeUndefined()
  })

  test('all changes of a tick notify once', async () => {
    const store = createConfig()
    const received = vi.fn(() => store.takeChange())
    store.onChange(received)
    for (let i = 0; i < 100; i++) store.view['i'] = i
    expect(received).not.toHaveBeenCalled()
    await tick()
    expect(received.mock.results.map(({ value }) => value as unknown)).toEqual([{ i: 99 }])
    store.view['i'] = 100
    await tick()
    expect(received).toHaveBeenCalledTimes(2)
  })

  test('what was set before there is a listener notifies it, unless it was taken', async () => {
    const [listener, taken] = [vi.fn(), vi.fn()]
    createConfig({ a: 1 }).onChange(listener)
    const store = createConfig({ a: 1 })
    expect(store.takeChange()).toEqual({ a: 1 })
    expect(store.takeChange()).toBeUndefined()
    store.onChange(taken)
    await tick()
    expect([listener.mock.calls.length, taken.mock.calls.length]).toEqual([1, 0])
  })

  test('a value that looks at the configuration while it is stored does not hide the change', async () => {
    const store = createConfig({ o: {} })
    const nosy = { toJSON: () => (store.takeChange(), 1) }
    store.view['a'] = nosy
    expect(store.takeChange()).toEqual({ o: {}, a: 1 })
    ;(store.view['o'] as Record<string, unknown>)['b'] = nosy
    expect(store.takeChange()).toEqual({ o: { b: 1 }, a: 1 })
  })

  test('names of methods can be stored, and read with get()', () => {
    const store = createConfig({ get: 1, toJSON: 2 })
    const { view } = store
    view['update'] = 3 as never
    expect([view.get('get'), view.get('toJSON'), view.get('update')]).toEqual([1, 2, 3])
    expect(store.snapshot()).toEqual({ get: 1, toJSON: 2, update: 3 })
    expect(JSON.parse(JSON.stringify(view))).toEqual({ get: 1, toJSON: 2, update: 3 })
    expect(view.delete('get')).toBe(true)
    expect(view.get('get')).toBeUndefined()
  })

  test('nothing that is stored throws', () => {
    const store = createConfig()
    const { view } = store
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    view['circle'] = circle
    view['bad'] = {
      get x() {
        throw new Error('no')
      },
      y: 1,
    }
    view.update({
      get z() {
        throw new Error('no')
      },
      fine: true,
    })
    view['huge'] = 'x'.repeat(5_000_000)
    const own = (view['fine2'] = { a: {} as Record<string, unknown> })
    own.a['a'] = own
    ;(view['circle'] as Record<string, unknown>)['again'] = view['circle']
    expect(store.snapshot()).toMatchObject({
      circle: { self: '[circular]', again: { self: '[circular]' } },
      bad: { x: '[unreadable]', y: 1 },
      z: '[unreadable]',
      fine: true,
    })
    expect(JSON.stringify(store.snapshot()).length).toBeLessThan(5_000_000)
  })

  test('cannot be switched off by freezing', () => {
    const store = createConfig({ o: { x: {} } })
    const { view } = store
    expect(() => Object.freeze(view['o'])).toThrow(TypeError)
    expect(() => Object.freeze(view)).toThrow(TypeError)
    expect(() => Object.defineProperty(view, 'a', { get: () => 1 })).toThrow(TypeError)
    ;(view['o'] as Record<string, unknown>)['y'] = 1
    expect(store.snapshot()).toEqual({ o: { x: {}, y: 1 } })
  })
})

describe('snapshots', () => {
  test('are frozen through and through, plain, and detached in both directions', () => {
    const original = { list: [{ a: 1 }] }
    const store = createConfig(original)
    const { view } = store
    const before = store.snapshot()
    original.list[0]!.a = 2
    ;(view['list'] as { a: number }[])[0]!.a = 3
    expect(before).toStrictEqual({ list: [{ a: 1 }] })
    expect(store.snapshot()).toStrictEqual({ list: [{ a: 3 }] })
    const list = before['list'] as readonly object[]
    expect([before, list, list[0]].every(Object.isFrozen)).toBe(true)
  })

  test('of one part of the configuration do not follow another', () => {
    const store = createConfig({ a: { x: 1 } })
    const { view } = store
    view['b'] = view['a']
    ;(view['a'] as { x: number }).x = 2
    expect(store.snapshot()).toEqual({ a: { x: 2 }, b: { x: 1 } })
  })
})

test('an earlier configuration is put below the present one', () => {
  const store = createConfig({ lr: 2, seed: null })
  store.takeChange()
  store.restore({ lr: 1, seed: 1, epochs: 3 })
  expect(store.takeChange()).toEqual({ lr: 2, seed: null, epochs: 3 })
  store.restore({ lr: 1 })
  expect(store.takeChange()).toBeUndefined()
})
