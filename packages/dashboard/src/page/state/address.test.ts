import { array, assert, double, property, string, tuple, uniqueArray } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatQuery, listCodec, numberCodec, parseQuery } from './address.ts'

describe('the query of an address', () => {
  it('gives back every name and value that was put in', () => {
    const text = string({ unit: 'grapheme' }).map((one) => one.toWellFormed())
    assert(
      property(uniqueArray(tuple(text, text), { selector: ([name]) => name }), (entries) => {
        expect([...parseQuery(formatQuery(new Map(entries)))]).toEqual(entries)
      }),
    )
  })

  it('leaves readable what need not be escaped', () => {
    expect(formatQuery(new Map([['pin', 'train/loss,eval/acc']]))).toBe('?pin=train/loss,eval/acc')
    expect(formatQuery(new Map([['find', 'state:lost swan']]))).toBe('?find=state:lost+swan')
  })

  it('gives back lists whose items hold commas and percent signs', () => {
    const list = array(string({ minLength: 1 }), { minLength: 1 })
    assert(
      property(list, (items) => {
        expect(listCodec.parse(listCodec.format(items))).toEqual(items)
      }),
    )
    expect(listCodec.parse(listCodec.format([]))).toEqual([])
  })

  it('gives back every finite number, and takes nothing else', () => {
    const finite = double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
    assert(
      property(finite, (value) => {
        expect(numberCodec.parse(numberCodec.format(value))).toBe(value)
      }),
    )
    expect(numberCodec.format(100_000)).toBe('1e5')
    expect(numberCodec.format(0.25)).toBe('0.25')
    expect(['', 'x', 'NaN', 'Infinity'].map((text) => numberCodec.parse(text))).toEqual(Array(4).fill(undefined))
  })
})
