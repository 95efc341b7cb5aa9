import { Text } from '../data/media/text.ts'
import type { AlertOptions } from '../contract/alert.ts'

/** What a training does with its run. */
export interface Trained {
  readonly config: Record<string, unknown>
  log(data: object, step?: number): void
  alert(options: AlertOptions): void
}

/** An ordinary training, in which every moment comes. */
export function exercise(run: Trained): void {
  run.config['lr'] = 0.01
  for (let step = 0; step < 10; step++) run.log({ loss: 1 / (step + 1), eval: { acc: step / 10 } }, step)
  run.log({ loss: 1 }, 10)
  run.log({ loss: Number.NaN }, 11)
  run.log({ note: new Text('a cat'), loss: 2 }, 12)
  run.alert({ title: 'loss is NaN', text: 'Look at it.', level: 'warn', step: 11, rule: 'nan' })
  run.alert({ title: 'look', level: 'error' })
}

const LONG = 'k'.repeat(10_240)
const NAMES = [
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype.polluted', 'length', 'then', 'toJSON'],
  ...[
    '🦢/👩‍🔬',
    'ключ',
    'مفتاح',
    '\u202Eevol',
    'a"b\'c`d',
    'a,b;c\td',
    '=1+1',
    '@cmd',
    '../../up',
    'C:\\up',
    '%s%n',
    '${x}',
  ],
  ...['<b>&amp;</b>', '*_~`|', '\u0000\u001B[31m', '\uD800', ' ', '', 'a/b/c/d', LONG, '深'.repeat(3_000)],
]
const NUMBERS = [
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, Number.MAX_VALUE, -Number.MAX_VALUE],
  ...[Number.MIN_VALUE, Number.EPSILON, Number.MAX_SAFE_INTEGER, 2 ** 53 + 2, 1e21, 1e-7, true, '0.5', 2n ** 64n],
]
const TEXTS = [
  '',
  ' ',
  '\n\r\n',
  '<script>alert(1)</script>',
  '*bold* _it_ <!channel> @here',
  '{{x}} ${y} %s',
  LONG,
  '🦢'.repeat(5_000),
]

/** Everything that somebody can give to a run, or that gets into one. */
export function exerciseOddly(run: Trained): void {
  for (const [at, value] of NUMBERS.entries()) run.log({ value, [`value ${at}`]: value })
  for (const name of NAMES) {
    run.log({ [name]: 1, deep: { [name]: { [name]: 0.5 } } })
    run.config[`k${name}`] = name
  }
  run.log(Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`many/${at}`, at])))
  run.log({ value: 1 }, 2 ** 47)
  run.log({ missing: undefined, odd: {}, list: [], call: () => {} })
  run.config['deep'] = { list: [null, Number.NaN, { '🦢': [[]] }], date: new Date(0), big: 2n ** 64n }
  for (const text of TEXTS) {
    run.log({ 'text/of': new Text(text || '-', { caption: text }) })
    for (const level of ['info', 'warn', 'error'] as const)
      run.alert({ title: text.slice(0, 256) || '-', text: text.slice(0, 8_192), level, rule: text.slice(0, 256) })
  }
}
