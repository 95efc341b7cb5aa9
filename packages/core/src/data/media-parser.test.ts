import { expect, test } from 'vitest'
import { Media, type MediaContent } from './media/media.ts'
import { Text } from './media/text.ts'
import { usedHeap } from './testing/heap.ts'
import { startParser as start } from './testing/parser.ts'
import { startCpuTimer } from './testing/cpu-timer.ts'

function foreign(members: object): object {
  return {
    _swanlabMedia: true,
    kind: 'text',
    _content: () => ({ bytes: Buffer.from('x'), extension: 'txt' }),
    ...members,
  }
}

function fail(): never {
  throw new Error('no access')
}

test('captions are short texts, or none', () => {
  const { log, takeMedia } = start()
  const captions: unknown[] = [
    undefined,
    null,
    '',
    '  ',
    ' a cat ',
    7,
    'x'.repeat(2_000),
    'half \uD83D',
    {},
    { toString: fail },
  ]
  log({ note: captions.map((caption) => new Text('a', { caption: caption as string })) })
  expect(takeMedia()[0]!.items.map(({ more }) => more)).toEqual([
    ...[null, null, null, null],
    { caption: 'a cat' },
    { caption: '7' },
    { caption: 'x'.repeat(1_000) },
    { caption: 'half \uFFFD' },
    ...[null, null],
  ])
  expect(takeMedia()).toEqual([])
})

test.each([
  ['a caption that throws', Object.defineProperty(foreign({}), 'caption', { enumerable: true, get: fail })],
  ['a content that throws', foreign({ _content: fail })],
  ['no content', foreign({ _content: undefined })],
  ['an empty content', foreign({ _content: () => undefined })],
  ['a problem that is no text', foreign({ _content: () => ({ problem: Symbol('x') }) })],
  ['bytes that are none', foreign({ _content: () => ({ bytes: 'x', extension: 'txt' }) })],
  ['an extension that leaves the folder', foreign({ _content: () => ({ bytes: Buffer.of(1), extension: '../x' }) })],
  ['a kind that throws', Object.defineProperty(foreign({}), 'kind', { enumerable: true, get: fail })],
])('media with %s cost themselves', (_, media) => {
  const { parser, log, messages, takeMedia } = start()
  expect(log({ media, list: [media], ok: 1 })?.data).toEqual({ ok: 1 })
  expect(takeMedia()).toEqual([])
  expect(parser.losses()).toEqual({ values: 2 })
  for (const message of messages) expect(message).toMatch(/^[\x20-\x7E]{1,200}$/)
})

test('a list that changes while it is read is read once', () => {
  let reads = 0
  const list = new Proxy([new Text('a')], {
    get: (target, name, self) => {
      if (name === '0' && ++reads > 2) fail()
      return name === 'length' ? 4e9 : (Reflect.get(target, name, self) as unknown)
    },
  })
  const { log } = start()
  expect(log({ list, ok: 1 })?.data).toEqual({ ok: 1 })
})

test('long lists are not searched for media, and what is beyond the bound is counted', () => {
  const { parser, log, messages } = start()
  const sparse = Object.assign([], { length: 2 ** 32 - 1 })
  const zeros = Array.from(new Uint8Array(1e7))
  const cpuTime = startCpuTimer()
  log({ sparse, zeros, ok: 1 })
  const notes = Object.assign(
    [...Array(108)].map(() => new Text('a')),
    { length: 2 ** 32 - 1 },
  )
  expect(log({ notes })).toBeDefined()
  expect(cpuTime()).toBeLessThan(4_000)
  expect(parser.losses()).toEqual({ values: 2 + 2 ** 32 - 1 - 108 })
  expect(messages.at(-1)).toBe('"notes" takes 108 items at once; the rest is left out.')
})

test('media that log while they are read are two calls, each with its own', () => {
  const { log, takeMedia } = start()
  const inner: string[][] = []
  class Logging extends Media {
    readonly kind = 'text'
    override _content(): MediaContent {
      log({ inner: new Text('b') }, 7)
      inner.push(takeMedia().map(({ key }) => key))
      return { bytes: Buffer.from('c'), extension: 'txt' }
    }
  }
  log({ first: new Text('a'), second: new Logging() }, 3)
  expect(inner).toEqual([['inner']])
  expect(takeMedia().map(({ key, step }) => [key, step])).toEqual([
    ['first', 3],
    ['second', 3],
  ])
})

test('a hundred thousand of them do not make memory grow', () => {
  const { log, takeMedia } = start()
  const run = (count: number): void => {
    for (let i = 0; i < count; i++) {
      log({ note: new Text('x'.repeat(100)) })
      takeMedia()
    }
  }
  run(50_000)
  const before = usedHeap()
  run(50_000)
  expect(usedHeap() - before).toBeLessThan(1_000_000)
})
