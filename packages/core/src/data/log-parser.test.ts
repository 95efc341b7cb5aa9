import { describe, expect, test } from 'vitest'
import { startParser as start } from './testing/parser.ts'
import { usedHeap } from './testing/heap.ts'

describe('data', () => {
  test('becomes a frozen record of its own', () => {
    const { log } = start()
    const data = { loss: 1, nested: { acc: 2 } }
    const record = log(data)!
    data.loss = 9
    data.nested.acc = 9
    expect(record).toEqual({ step: 0, time: 1_000, data: { loss: 1, 'nested/acc': 2 } })
    expect([record, record.data].every(Object.isFrozen)).toBe(true)
  })

  test('is flattened with slashes, whatever holds it', () => {
    const { log, messages } = start()
    const data = {
      a: { b: { c: 1 } },
      map: new Map<unknown, unknown>([
        ['x', 2],
        [5, new Map([['y', 3]])],
      ]),
      bare: Object.assign(Object.create(null), { z: 4 }),
      empty: {},
    }
    expect(log(data)?.data).toEqual({ 'a/b/c': 1, 'map/x': 2, 'map/5/y': 3, 'bare/z': 4 })
    expect(log(new Map([['loss', 1]]))?.data).toEqual({ loss: 1 })
    expect(messages).toEqual([])
  })

  test('keeps NaN and both infinities apart', () => {
    const { log } = start()
    expect(log({ a: NaN, b: Infinity, c: -Infinity })?.data).toEqual({ a: NaN, b: Infinity, c: -Infinity })
  })

  test('of a class is read by its members', () => {
    class Metrics {
      loss = 1
      readonly #hidden = 2
      sum(): number {
        return this.loss + this.#hidden
      }
    }
    expect(start().log(new Metrics())?.data).toEqual({ loss: 1 })
  })

  test('that changes after it was logged was logged as it was', () => {
    const { log } = start()
    const weight = Float32Array.of(1)
    const tensor = { value: 1, item: () => tensor.value }
    const record = log({ weight, tensor })!
    weight[0] = 2
    tensor.value = 2
    expect(record.data).toEqual({ weight: 1, tensor: 1 })
  })

  test.each([
    [5, 'a number'],
    ['loss', 'a text'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[1], 'a list'],
    [Float32Array.of(1), 'a list'],
    [() => 1, 'a function'],
    [Promise.resolve({ loss: 1 }), 'an object without members'],
    [new Date(), 'an object without members'],
  ])('cannot be %o', (data, got) => {
    const { parser, log, messages } = start()
    for (let i = 0; i < 3; i++) expect(log(data)).toBeUndefined()
    expect(messages).toEqual([`log() takes an object of numbers by key, but got ${got}. Ignored.`])
    expect(parser.losses()).toEqual({ values: 3 })
  })

  test('without values leaves no trace', () => {
    const { parser, log, messages } = start()
    expect(log({})).toBeUndefined()
    expect(log({ a: {} })).toBeUndefined()
    expect([parser.steps, parser.lastStep, messages]).toEqual([0, undefined, []])
    expect(log({ loss: 1 })?.step).toBe(0)
  })

  test('keeps what is good beside what is bad, says once what is wrong, and counts', () => {
    const { parser, log, messages } = start()
    for (let i = 0; i < 1_000; i++) expect(log({ good: i, bad: null })?.data).toEqual({ good: i })
    expect(messages).toEqual(['"bad" takes a number, but got null. Ignored.'])
    expect(parser.losses()).toEqual({ values: 1_000 })
  })

  test('with a bad key never stands in the way of its neighbours', () => {
    const { parser, log, messages } = start()
    for (let i = 0; i < 2; i++) expect(log({ 'a\u0007': 1, ['__proto__']: 2, ok: 3 })?.data).toEqual({ ok: 3 })
    expect(messages).toEqual([
      'Key "a?" holds control characters or broken Unicode. Its values are ignored.',
      'Key "__proto__" cannot be a key in JavaScript. Its values are ignored.',
    ])
    expect(parser.losses()).toEqual({ values: 4 })
    expect(({} as Record<string, unknown>)['ok']).toBeUndefined()
  })

  test('says once that a key was changed, and records it', () => {
    const { log, messages } = start()
    expect([log({ ' loss ': 1 }), log({ ' loss ': 2 })].map((record) => record?.data)).toEqual([
      { loss: 1 },
      { loss: 2 },
    ])
    expect(messages).toEqual(['Key " loss " is recorded as "loss".'])
  })

  test('with different faults of one name says each', () => {
    const { log, messages } = start()
    log({ data: 'x', step: 'y' })
    log(5)
    log({ ok: 1 }, 'x')
    expect(messages).toHaveLength(4)
  })

  test('stops explaining after a hundred messages, and goes on counting', () => {
    const { parser, log, messages } = start()
    log(Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`k${i}`, 'bad'])))
    expect(messages).toHaveLength(101)
    expect(messages.at(-1)).toBe('Further problems with logged data are only counted.')
    expect(parser.losses()).toEqual({ values: 1_000 })
  })
})

describe('steps', () => {
  test('count per call when none is given, and stay above every step that was seen', () => {
    const { parser, log } = start()
    const steps = [undefined, undefined, 10, undefined, 3, undefined, null].map(
      (step, i) => log({ [`k${i}`]: 1 }, step)?.step,
    )
    expect(steps).toEqual([0, 1, 10, 11, 3, 12, 13])
    expect([parser.steps, parser.lastStep]).toEqual([7, 13])
  })

  test('may be bigints, and zero has one sign', () => {
    const { log } = start()
    expect([log({ a: 1 }, 7n)?.step, log({ b: 1 }, -0)?.step]).toEqual([7, 0])
  })

  test.each([-1, 1.5, NaN, Infinity, '3', true, 2 ** 47 + 1, 2n ** 70n, {}])(
    '%o is replaced, and reported once',
    (step) => {
      const { log, messages } = start()
      expect([log({ a: 1 }, step)?.step, log({ a: 1 }, step)?.step]).toEqual([0, 1])
      expect(messages).toHaveLength(1)
      expect(messages[0]).toMatch(
        /^"step" takes a whole number from 0 to 2\^47, but got .+\. An automatic step is used\.$/,
      )
    },
  )

  test('go on after the highest one there is', () => {
    const { log, messages } = start()
    expect(log({ a: 1 }, 2 ** 47)?.step).toBe(2 ** 47)
    expect([log({ a: 1 }), log({ a: 1 })].map((record) => record!.step - 2 ** 47)).toEqual([1, 2])
    expect(messages).toEqual([])
  })

  test('that a key has used are not overwritten, only counted', () => {
    const { parser, log, messages } = start()
    log({ a: 1, b: 1 }, 5)
    expect(log({ a: 2, c: 2 }, 5)?.data).toEqual({ c: 2 })
    expect(log({ a: 3 }, 5)).toBeUndefined()
    expect(parser.losses()).toEqual({ duplicates: 2 })
    expect(messages).toEqual(['"a": step 5 has been used before. The first value stands.'])
    expect(parser.summary()['a']).toMatchObject({ last: 1, count: 1 })
  })

  test('two spellings of one key in one call are one value', () => {
    const { parser, log } = start()
    expect(log({ loss: 1, ' loss': 2 })?.data).toEqual({ loss: 1 })
    expect(parser.losses()).toEqual({ duplicates: 1 })
  })

  test('do not make memory grow, nor do spellings', () => {
    const { log } = start()
    const run = (from: number): void => {
      for (let i = from; i < from + 50_000; i++) log({ loss: i, [`${' '.repeat(i % 1_000)}acc`]: i })
    }
    run(0)
    const before = usedHeap()
    run(50_000)
    expect(usedHeap() - before).toBeLessThan(1_000_000)
  })
})

describe('columns and summaries', () => {
  test('a column is created once, at its first value', () => {
    const { log, takeColumns } = start()
    log({ loss: 1 }, 4)
    expect(takeColumns()).toEqual([{ key: 'loss', index: 0, kind: 'scalar', section: 'default', step: 4, time: 1_000 }])
    log({ loss: 1, 'train/acc': 1 }, 5)
    expect(takeColumns()).toEqual([
      { key: 'train/acc', index: 1, kind: 'scalar', section: 'train', step: 5, time: 1_000 },
    ])
    log({ loss: 2 })
    expect(takeColumns()).toEqual([])
  })

  test('a key without one good value has no column', () => {
    const { log, takeColumns } = start()
    log({ bad: 'x', ok: 1 })
    expect(takeColumns().map(({ key }) => key)).toEqual(['ok'])
    log({ bad: 1 })
    expect(takeColumns().map(({ key }) => key)).toEqual(['bad'])
  })

  test('metrics carry value, column and the summary so far', () => {
    const { parser, log } = start()
    log({ loss: 1 })
    const record = log({ loss: 3 })!
    expect(parser.metricsOf(record)).toEqual([
      {
        column: { key: 'loss', index: 0, kind: 'scalar', section: 'default', step: 0, time: 1_000 },
        step: 1,
        time: 1_000,
        value: 3,
        summary: { last: 3, lastStep: 1, min: 1, minStep: 0, max: 3, maxStep: 1, count: 2 },
      },
    ])
  })

  test('an earlier part of the run counts: its steps are used, its columns known', () => {
    const { parser, log, takeColumns } = start()
    parser.restore({ type: 'log', step: 0, time: 1, data: { loss: 5 } })
    parser.restore({ type: 'log', step: 7, time: 2, data: { loss: 1, ['__proto__']: 4 } })
    expect(takeColumns()).toEqual([])
    expect([parser.steps, parser.lastStep]).toEqual([2, 7])
    expect(log({ loss: 9 }, 7)).toBeUndefined()
    expect(log({ loss: 9, acc: 1 })?.step).toBe(8)
    expect(takeColumns().map(({ key }) => key)).toEqual(['acc'])
    expect(parser.summary()['loss']).toEqual({ last: 9, lastStep: 8, min: 1, minStep: 7, max: 9, maxStep: 8, count: 3 })
  })

  test('a column of an earlier part keeps its number and kind, even when its values are lost', () => {
    const { parser, log, takeColumns } = start()
    const earlier = { section: 'default', step: 3, time: 5 }
    for (const [key, index, kind] of [
      ['img', 0, 'image'],
      ['loss', 4, 'scalar'],
    ] as const)
      parser.restore({ type: 'column', key, index, kind, ...earlier })
    const record = log({ acc: 1, loss: 2, img: 3 })!
    expect(record.data).toEqual({ acc: 1, loss: 2 })
    expect(takeColumns()).toMatchObject([{ key: 'acc', index: 5 }])
    expect(parser.metricsOf(record)[1]!.column).toEqual({ key: 'loss', index: 4, kind: 'scalar', ...earlier })
    expect(Object.keys(parser.summary())).toEqual(['acc', 'loss'])
  })

  test('the summary is a plain object, safe for every key', () => {
    const { parser, log } = start()
    log({ constructor: 1, toString: 2, hasOwnProperty: 3 })
    const summary = parser.summary()
    expect(Object.keys(summary)).toEqual(['constructor', 'toString', 'hasOwnProperty'])
    expect(summary['constructor']).toMatchObject({ last: 1 })
    expect(Object.isFrozen(summary)).toBe(true)
  })
})
