import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { captureConsole, type CaptureOptions } from './console-capture.ts'

function terminal(): { stream: NodeJS.WriteStream; written: [chunk: unknown, encoding: string][] } {
  const written: [unknown, string][] = []
  const stream = new Writable({
    decodeStrings: false,
    highWaterMark: 10,
    write: (chunk, encoding, done) => {
      written.push([chunk, encoding])
      done()
    },
  })
  return { stream: stream as unknown as NodeJS.WriteStream, written }
}

function capture(options: Partial<CaptureOptions> = {}) {
  const [out, err] = [terminal(), terminal()]
  const received: string[] = []
  let now = 0
  const of = { stdout: out.stream, stderr: err.stream } as NonNullable<CaptureOptions['of']>
  const { flush, stop } = captureConsole({
    streams: 'all',
    maxLength: 1_024,
    clock: () => now,
    line: ({ level, text }) => received.push(`${level}: ${text}`),
    of,
    owner: received,
    writer: () => undefined,
    ...options,
  })
  return { out, err, received, flush, stop, at: (time: number) => (now = time) }
}

describe('what a program writes to its terminal', () => {
  it('is captured line by line, of both streams, in order', () => {
    const { out, err, received, stop } = capture()
    out.stream.write('a\nb')
    err.stream.write('careful\n')
    out.stream.write('c\n\n   \nno end')
    expect(received).toEqual(['info: a', 'warn: careful', 'info: bc'])
    stop()
    expect(received.at(-1)).toBe('info: no end')
  })

  it.each([
    ['all', ['info: out', 'warn: err']],
    ['stdout', ['info: out']],
    ['stderr', ['warn: err']],
    ['none', []],
  ] as const)('%s', (streams, lines) => {
    const { out, err, received } = capture({ streams })
    out.stream.write('out\n')
    err.stream.write('err\n')
    expect(received).toEqual(lines)
    expect([out.written, err.written]).toEqual([[['out\n', 'utf8']], [['err\n', 'utf8']]])
  })

  it('goes its way unchanged: arguments, answer, callback and errors', async () => {
    const [tapped, plain] = [capture().out, terminal()]
    const bytes = Buffer.from('€\n')
    const answers = [tapped, plain].map(({ stream, written }) => [
      stream.write('short'),
      stream.write('longer than its mark\n', 'latin1'),
      stream.write(bytes),
      written.map(([chunk, encoding]) => [chunk, encoding]),
    ])
    expect(answers[0]).toEqual(answers[1])
    expect(tapped.written.at(-1)![0]).toBe(bytes)
    await new Promise<unknown>((resolve) => tapped.stream.write('with a callback\n', resolve))
    await new Promise<unknown>((resolve) => tapped.stream.write('0a', 'hex', resolve))
    expect(() => tapped.stream.write(5 as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
  })

  it('may be written by whoever is given it: that is not captured again, and its failure hurts nobody', () => {
    const lines: string[] = []
    const { out, err } = capture({
      line: ({ text }) => {
        lines.push(text)
        out.stream.write(`received ${text}\n`)
        err.stream.write(`received ${text}\n`)
        throw new Error('no')
      },
    })
    expect(out.stream.write('once\n')).toBe(true)
    expect(err.stream.write('twice\n')).toBe(true)
    expect(lines).toEqual(['once', 'twice'])
    expect([out.written, err.written].map(({ length }) => length)).toEqual([3, 3])
  })

  it('of a flood, the first and the last lines of each second', () => {
    const { out, received, flush, at } = capture()
    for (let line = 0; line < 12_000; line++) out.stream.write(`${line}\n`)
    expect(received).toHaveLength(10_000)
    at(1_000)
    out.stream.write('later\n')
    expect(received.slice(9_999, 10_002)).toEqual(['info: 9999', 'info: … 1980 lines left out …', 'info: 11980'])
    expect(received.slice(-2)).toEqual(['info: 11999', 'info: later'])
    for (let line = 0; line < 1_010; line++) out.stream.write(`more ${line}\n`)
    expect(received.at(-1)).toBe('info: more 998')
    flush()
    expect(received.slice(-11)).toEqual(Array.from({ length: 11 }, (_, line) => `info: more ${line + 999}`))
  })
})

describe('the streams', () => {
  it('are given back as they were found', () => {
    const { out, err, stop } = capture({ streams: 'stdout' })
    expect([out, err].map(({ stream }) => Object.hasOwn(stream, 'write'))).toEqual([true, false])
    stop()
    expect(Object.hasOwn(out.stream, 'write')).toBe(false)

    const { stream } = terminal()
    const theirs = (): boolean => true
    Object.defineProperty(stream, 'write', { value: theirs, configurable: true, writable: true, enumerable: false })
    const found = Object.getOwnPropertyDescriptor(stream, 'write')
    capture({ of: { stdout: stream, stderr: stream } as never, streams: 'stdout' }).stop()
    expect(Object.getOwnPropertyDescriptor(stream, 'write')).toEqual(found)
  })

  it('keep what somebody else has put around ours, which then only passes on', () => {
    const { out, received, stop } = capture()
    const ours = out.stream.write.bind(out.stream)
    const theirs = ((chunk: string) => ours(`> ${chunk}`)) as typeof out.stream.write
    out.stream.write = theirs
    out.stream.write('x\n')
    stop()
    expect(out.stream.write).toBe(theirs)
    out.stream.write('y\n')
    expect(received).toEqual(['info: > x'])
    expect(out.written.map(([chunk]) => chunk)).toEqual(['> x\n', '> y\n'])
  })

  it('are tapped once for several owners, who are given what is theirs, and given back when the last has gone', () => {
    const [out, err] = [terminal(), terminal()]
    const of = { stdout: out.stream, stderr: err.stream } as NonNullable<CaptureOptions['of']>
    const [a, b, stranger] = [{}, {}, {}]
    let now: object | undefined
    const received: string[] = []
    const captured = (owner: object, name: string) =>
      capture({ of, owner, writer: () => now, line: ({ text }) => received.push(`${name}: ${text}`) })
    const write = (owner: object | undefined, text: string): void => {
      now = owner
      out.stream.write(text)
    }
    const first = captured(a, 'a')
    write(undefined, 'of the only one\n')
    const tapped = out.stream.write
    const second = captured(b, 'b')
    expect(out.stream.write).toBe(tapped)
    // Lines that two write at the same time are not mixed up.
    write(a, 'half of a')
    write(b, 'half of b')
    write(a, ', and the rest\n')
    write(b, ', and the rest\n')
    write(undefined, 'of nobody\n')
    write(stranger, 'of one whose terminal is not recorded\n')
    first.stop()
    write(a, 'too late\n')
    expect(out.stream.write).toBe(tapped)
    write(undefined, 'of the only one again\n')
    second.stop()
    expect(received).toEqual([
      'a: of the only one',
      'a: half of a, and the rest',
      'b: half of b, and the rest',
      'b: of the only one again',
    ])
    expect([out, err].map(({ stream }) => Object.hasOwn(stream, 'write'))).toEqual([false, false])
  })

  it('that cannot be had leave the others as they were', () => {
    const { stream } = terminal()
    const of = {
      stdout: stream,
      get stderr(): never {
        throw new Error('EBADF')
      },
    }
    expect(() => capture({ of: of as never })).toThrow('EBADF')
    expect(Object.hasOwn(stream, 'write')).toBe(false)
  })
})
