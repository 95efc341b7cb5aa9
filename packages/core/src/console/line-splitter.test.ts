import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineSplitter } from './line-splitter.ts'

function splitter(maxLength = 1_024) {
  const lines: string[] = []
  return { lines, splitter: new LineSplitter(maxLength, (text) => lines.push(text)) }
}

/** Lines of one stream that gets these chunks. */
function linesOf(chunks: readonly unknown[], maxLength?: number): string[] {
  const { lines, splitter: it } = splitter(maxLength)
  for (const chunk of chunks) it.take(chunk, undefined)
  it.flush()
  return lines
}

describe('lines', () => {
  it('are the same however they are cut, as text and as bytes', () => {
    const text = 'plain\n\u001B[32m€ grün\u001B[0m\n10 %\r50 %\r\u001B[Kdone 🦢\nlast'
    const lines = ['plain', '€ grün', 'done 🦢', 'last']
    fc.assert(
      fc.property(fc.array(fc.nat(60), { maxLength: 8 }), fc.boolean(), (places, asBytes) => {
        const whole = asBytes ? Buffer.from(text) : text
        const cuts = [0, ...places.toSorted((a, b) => a - b), whole.length]
        expect(linesOf(cuts.slice(1).map((cut, at) => whole.slice(cuts[at], cut)))).toEqual(lines)
      }),
    )
  })

  it('are read in the encoding they are written in', () => {
    const { lines, splitter: it } = splitter()
    it.take('c3bc0a', 'hex')
    it.take('w7wK', 'base64')
    it.take('ü\n', 'latin1')
    it.take(new Uint16Array([0x0a61]), undefined)
    it.take(null, undefined)
    expect(lines).toEqual(['ü', 'ü', 'ü', 'a'])
  })

  it('are cut where they are too long, never inside a character', () => {
    expect(linesOf([`${'x'.repeat(5_000)}\n`])).toEqual(['x'.repeat(1_024)])
    expect(linesOf([`${'x'.repeat(1_023)}🦢\n`])).toEqual([`${'x'.repeat(1_023)}\uFFFD`])
  })

  it('without an end take no memory, and say what a line would', () => {
    const dots = Array.from({ length: 1_000 }, () => '.'.repeat(100))
    expect(linesOf(['start ', ...dots])).toEqual([`start ${'.'.repeat(1_018)}`])
    const bar = Array.from({ length: 1_001 }, (_, at) => `\u001B[2K\rstep ${at}, ${'='.repeat(at % 50)}`)
    expect(linesOf(bar)).toEqual(['step 1000, '])
    expect(linesOf([...bar.map((state) => `${state}\r`), 'new'])).toEqual(['new'])
  })

  it('of a large write do not keep it in memory', () => {
    const { lines, splitter: it } = splitter()
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    for (let at = 0; at < 20; at++) it.take(`${'y'.repeat(4_000_000)}\nline ${at} is short\n`, undefined)
    globalThis.gc?.()
    expect(lines).toHaveLength(40)
    if (globalThis.gc) expect(process.memoryUsage().heapUsed - before).toBeLessThan(8_000_000)
  })
})
