import { shown } from './key.ts'

const NUMERIC = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i
const NAMED: Readonly<Record<string, number>> = {
  nan: NaN,
  inf: Infinity,
  '+inf': Infinity,
  '-inf': -Infinity,
  infinity: Infinity,
  '+infinity': Infinity,
  '-infinity': -Infinity,
}

/** What was given instead of a number, in words that follow "but got". */
export interface Problem {
  readonly problem: string
}

/**
 * The number in a value, or what it is instead. Reads the value now: what changes later was not logged.
 *
 * @throws whatever the value's own methods throw.
 */
export function toScalar(value: unknown): number | Problem {
  switch (typeof value) {
    case 'number':
      return value
    case 'boolean':
      return value ? 1 : 0
    case 'bigint':
      return finite(Number(value)) ?? { problem: 'a bigint beyond the range of numbers' }
    case 'string':
      return parse(value) ?? { problem: 'a text' }
    case 'object':
      return value === null ? { problem: 'null' } : fromObject(value)
    case 'undefined':
      return { problem: 'undefined' }
    default:
      return { problem: `a ${typeof value}` }
  }
}

interface NumberLike {
  readonly item?: unknown
  readonly dataSync?: unknown
  readonly data?: unknown
  readonly size?: unknown
  readonly toJSON?: unknown
  readonly valueOf?: unknown
  readonly then?: unknown
  readonly constructor?: { readonly name?: unknown }
}

function fromObject(value: object): number | Problem {
  if (ArrayBuffer.isView(value)) return fromView(value)
  if (Array.isArray(value)) return { problem: 'a list' }
  if (value instanceof Date) return { problem: 'a date' }
  const like = value as NumberLike
  if (typeof like.then === 'function') return { problem: 'a promise (await it first)' }
  // One-element tensors of transformers.js and of everything that resembles PyTorch; then TensorFlow.js.
  if (typeof like.item === 'function') return one(like.item.call(value), 'item()')
  if (typeof like.dataSync === 'function') {
    if (typeof like.size === 'number' && like.size !== 1) return { problem: `a tensor of ${like.size} elements` }
    return one(like.dataSync.call(value), 'dataSync()')
  }
  if (typeof like.valueOf === 'function') {
    const primitive: unknown = like.valueOf()
    if (typeof primitive !== 'object') return one(primitive, 'valueOf()')
  }
  if (typeof like.toJSON === 'function') return one(like.toJSON.call(value, ''), 'toJSON()')
  return fromInstance(value, like)
}

function fromInstance(value: object, like: NumberLike): number | Problem {
  const name = like.constructor?.name
  // A tensor of ONNX Runtime. A plain object's "data" is a key like any other.
  if (name !== 'Object' && Object.getPrototypeOf(value) !== null && ArrayBuffer.isView(like.data))
    return fromView(like.data)
  return { problem: typeof name === 'string' && name !== '' ? `an object of class ${shown(name)}` : 'an object' }
}

function fromView(view: ArrayBufferView): number | Problem {
  const { length, 0: first } = view as ArrayBufferView & { length?: number; 0?: unknown }
  if (length === 1) return one(first, 'element')
  return { problem: length === undefined ? 'a DataView' : `a typed array of ${length} elements` }
}

/** Answers of objects are not followed any further: one step, so that nothing can loop. */
function one(answer: unknown, source: string): number | Problem {
  if (typeof answer === 'object' && answer !== null && ArrayBuffer.isView(answer)) return fromView(answer)
  const scalar = typeof answer === 'object' ? undefined : toScalar(answer)
  return typeof scalar === 'number' ? scalar : { problem: `an object whose ${source} is not a number` }
}

function parse(text: string): number | undefined {
  const word = text.trim()
  if (NUMERIC.test(word)) return Number(word)
  const name = word.slice(0, 10).toLowerCase()
  return word.length < 10 && Object.hasOwn(NAMED, name) ? NAMED[name] : undefined
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined
}
