import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { SwanLabError } from '../contract/error.ts'
import { describeError, errorInfo } from './thrown.ts'

const hostile = new Proxy(
  {},
  {
    get: () => {
      throw new Error('hostile')
    },
    getPrototypeOf: () => {
      throw new Error('hostile')
    },
  },
)
class Nameless extends Error {
  override name = ''
}

describe('errorInfo', () => {
  it.each<[string, unknown, { name: string; message: unknown }]>([
    ['an Error', new RangeError('far'), { name: 'RangeError', message: 'far' }],
    ['an error of another realm', runInNewContext('new TypeError("x")'), { name: 'TypeError', message: 'x' }],
    ['an error without a name', new Nameless('x'), { name: 'Error', message: 'x' }],
    [
      'an error with strange parts',
      Object.assign(new Error('x'), { name: 7, message: { a: 1 } }),
      { name: '7', message: '{ a: 1 }' },
    ],
    ['text', 'oops', { name: 'string', message: 'oops' }],
    ['a number', 7, { name: 'number', message: '7' }],
    ['undefined', undefined, { name: 'undefined', message: 'undefined' }],
    ['null', null, { name: 'object', message: 'null' }],
    ['a symbol', Symbol('s'), { name: 'symbol', message: 'Symbol(s)' }],
    ['an object', { code: 3 }, { name: 'object', message: '{ code: 3 }' }],
    ['an object without prototype', Object.create(null), { name: 'object', message: '[Object: null prototype] {}' }],
    ['a hostile object', hostile, { name: 'object', message: expect.any(String) }],
  ])('shows %s', (_, thrown, expected) => {
    const info = errorInfo(thrown)
    expect(info).toMatchObject(expected)
    expect(Object.isFrozen(info)).toBe(true)
    expect(() => JSON.stringify(info)).not.toThrow()
  })

  it('keeps the stack, with its causes, and bounds everything', () => {
    const error = new Error('m'.repeat(1e6), { cause: new TypeError('deeper', { cause: 'deepest' }) })
    error.name = 'n'.repeat(1e6)
    const info = errorInfo(error)
    expect(info.name.length).toBeLessThan(300)
    expect(info.message.length).toBeLessThan(9_000)
    expect(info.stack!.length).toBeLessThan(70_000)
    const { stack } = errorInfo(new Error('top', { cause: new TypeError('deeper', { cause: 'deepest' }) }))
    expect(stack).toMatch(/^Error: top\n[^]*\ncaused by: TypeError: deeper\n[^]*\ncaused by: deepest$/)
  })

  it('does not follow causes in a circle', () => {
    const error = new Error('round')
    error.cause = error
    expect(errorInfo(error).stack!.match(/caused by/g)).toHaveLength(5)
  })
})

describe('describeError', () => {
  it.each<[unknown, string]>([
    [new Error('plain'), 'plain'],
    [new RangeError('far'), 'RangeError: far'],
    [new RangeError('RangeError again'), 'RangeError again'],
    [new RangeError(''), 'RangeError: '],
    [new Error(''), 'Error'],
    [new Error('two\n   lines'), 'two lines'],
    [new SwanLabError('NO_RUN', 'call init()'), 'call init()'],
    [runInNewContext('new TypeError("x")'), 'TypeError: x'],
    ['oops', 'threw string oops'],
    [undefined, 'threw undefined'],
    [null, 'threw object null'],
  ])('%o is one line: %s', (thrown, line) => {
    expect(describeError(thrown)).toBe(line)
  })
})
