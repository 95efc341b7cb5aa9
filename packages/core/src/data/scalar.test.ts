import { expect, test } from 'vitest'
import { toScalar } from './scalar.ts'
import { startCpuTimer } from './testing/cpu-timer.ts'

class Tensor {
  readonly data: Float32Array
  constructor(...values: number[]) {
    this.data = Float32Array.from(values)
  }
}

class Decimal {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  valueOf(): string {
    return this.#text
  }
}

test.each<[unknown, number]>([
  [0.25, 0.25],
  [NaN, NaN],
  [Infinity, Infinity],
  [-Infinity, -Infinity],
  [true, 1],
  [false, 0],
  [42n, 42],
  ['3.5', 3.5],
  [' -1e-3 ', -0.001],
  ['5.', 5],
  ['.5', 0.5],
  ['NaN', NaN],
  ['inf', Infinity],
  ['-Infinity', -Infinity],
  [Object(7), 7],
  [Object('8'), 8],
  [new Decimal('0.1'), 0.1],
  [{ toJSON: () => 9 }, 9],
  [Float64Array.of(1.5), 1.5],
  [BigInt64Array.of(-3n), -3],
  [{ item: () => 2.5 }, 2.5],
  [{ size: 1, dataSync: () => Float32Array.of(4) }, 4],
  [new Tensor(6), 6],
])('%o is the number %d', (value, number) => {
  expect(toScalar(value)).toBe(number)
})

test.each<[unknown, string]>([
  [null, 'null'],
  [undefined, 'undefined'],
  ['', 'a text'],
  ['high', 'a text'],
  ['0x10', 'a text'],
  ['1,5', 'a text'],
  [10n ** 400n, 'a bigint beyond the range of numbers'],
  [() => 1, 'a function'],
  [Symbol('x'), 'a symbol'],
  [[1], 'a list'],
  [new Date(), 'a date'],
  [Promise.resolve(1), 'a promise (await it first)'],
  [Float32Array.of(1, 2), 'a typed array of 2 elements'],
  [new Float32Array(), 'a typed array of 0 elements'],
  [new DataView(new ArrayBuffer(1)), 'a DataView'],
  [new Tensor(1, 2), 'a typed array of 2 elements'],
  [{ size: 3, dataSync: () => Float32Array.of(1, 2, 3) }, 'a tensor of 3 elements'],
  [{ item: async () => 1 }, 'an object whose item() is not a number'],
  [new Decimal('many'), 'an object whose valueOf() is not a number'],
  [new Set([1]), 'an object of class Set'],
  [Object.create(null), 'an object'],
])('%o is not a number', (value, problem) => {
  expect(toScalar(value)).toEqual({ problem })
})

test('a long text of digits takes time in proportion to its length', () => {
  const cpuTime = startCpuTimer()
  expect(toScalar(`${'1'.repeat(200_000)}x`)).toEqual({ problem: 'a text' })
  expect(cpuTime()).toBeLessThan(2_000)
})
