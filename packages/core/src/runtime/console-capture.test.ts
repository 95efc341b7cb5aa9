import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { captureConsole, type CaptureOptions } from './console-capture.ts'

function capture(options: Partial<CaptureOptions> = {}) {
  const written: unknown[] = []
  const heard: string[] = []
  const stream = new Writable({
    decodeStrings: false,
    write: (chunk, encoding, done) => {
      written.push([chunk, encoding])
      done()
    },
  }) as unknown as NodeJS.WriteStream
  let now = 0
  const end = captureConsole({
    streams: 'stdout',
    clock: () => now,
    line: ({ level, text }) => heard.push(`${level}: ${text}`),
    stdout: stream,
    ...options,
  })
  return { stream, written, heard, end, at: (time: number) => (now = time) }
}

describe('what a program writes to its terminal', () => {
  it('is heard line by line, however it is cut, and goes its way unchanged', () => {
    const { stream, written, heard, end } = capture()
    stream.write('a\nb')
    stream.write('c\n\n')
    const euro = Buffer.from('€ 5\n')
    stream.write(euro.subarray(0, 1))
    stream.write(euro.subarray(1))
    stream.write('c3bc0a', 'hex')
    stream.write('rest')
    expect(heard).toEqual(['info: a', 'info: bc', 'info: € 5', 'info: ü'])
    end()
    expect(heard.at(-1)).toBe('info: rest')
    expect(written).toHaveLength(6)
    expect(written[4]).toEqual(['c3bc0a', 'hex'])
  })

  it('is what a person sees: no colours, and of a progress bar its last state', () => {
    const { stream, heard } = capture()
    stream.write('\u001B[31mred\u001B[0m\u0007\n')
    stream.write('10 %\r50 %')
    stream.write('\r100 %\r\n')
    stream.write(`${'x'.repeat(5_000)}\n`)
    expect(heard.slice(0, 2)).toEqual(['info: red', 'info: 100 %'])
    expect(heard[2]).toHaveLength(1_024 + 6)
  })

  it('of a flood, the first of each second', () => {
    const { stream, heard, end, at } = capture({ maxRate: 3 })
    for (let line = 0; line < 10; line++) stream.write(`${line}\n`)
    at(1_000)
    stream.write('later\n')
    for (let line = 0; line < 5; line++) stream.write('more\n')
    end()
    expect(heard).toEqual([
      'info: 0',
      'info: 1',
      'info: 2',
      'warn: … 7 more lines, too many for one second',
      'info: later',
      'info: more',
      'info: more',
      'warn: … 3 more lines, too many for one second',
    ])
  })

  it('a line without an end takes no memory', () => {
    const { stream, heard, end } = capture()
    for (let part = 0; part < 100; part++) stream.write('y'.repeat(10_000))
    end()
    expect(heard).toEqual([`info: ${'y'.repeat(1_024)}`])
  })

  it('whoever hears a line may write one, and whoever fails hurts nobody', () => {
    let lines = 0
    const { stream, written } = capture({
      line: () => {
        lines++
        stream.write('again\n')
        throw new Error('no')
      },
    })
    expect(stream.write('once\n')).toBe(true)
    expect(lines).toBe(1)
    expect(written).toHaveLength(2)
  })

  it('the stream is given back as it was found', () => {
    const { stream, end } = capture()
    expect(Object.hasOwn(stream, 'write')).toBe(true)
    end()
    expect(Object.hasOwn(stream, 'write')).toBe(false)
    expect(stream.write).toBe(Writable.prototype.write)
  })

  it('and what somebody else put around it stays', () => {
    const { stream, heard, end, written } = capture()
    const ours = stream.write.bind(stream)
    const theirs = ((chunk: string) => ours(`> ${chunk}`)) as typeof stream.write
    stream.write = theirs
    end()
    expect(stream.write).toBe(theirs)
    stream.write('x\n')
    expect(heard).toEqual([])
    expect(written).toEqual([['> x\n', 'utf8']])
  })
})
