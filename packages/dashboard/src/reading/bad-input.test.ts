import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { encodeLog, encodeRecord } from '@swanlab/journal'
import { blockMemory } from '../blocks/cached-block.ts'
import { decodeFrame } from '../protocol/frame.ts'
import type { XAxis } from '../protocol/series.ts'
import { FINISH, finished, HEADER, rows } from '../testing/journals.ts'
import { temporaryFolder, writeRun } from '../testing/watched.ts'
import { BlockStore } from './block-store.ts'
import { Library } from './library.ts'
import type { ListedRow } from './list-row.ts'

const START = encodeRecord(HEADER)
const log = (step: number, data: Record<string, number>, time = 2_000): string => encodeLog({ step, time, data })

/** A run as a page sees it. */
class Seen {
  readonly dir: string
  readonly library: Library
  /** How often it was said that there is more. */
  grown = 0

  constructor(dir: string, store?: BlockStore) {
    this.dir = dir
    this.library = new Library({ store, onGrown: () => this.grown++ })
    onTestFinished(() => this.library.close())
  }

  static of(journal: string | Buffer): Seen {
    return new Seen(writeRun(temporaryFolder(), 'run-a', journal))
  }

  /** Everything that is there is read. */
  readOn(): this {
    this.library.poll()
    while (this.library.work());
    return this
  }

  get detail(): ReturnType<Library['detail']> {
    this.library.detail(this.dir)
    return this.readOn().library.detail(this.dir)
  }

  get row(): ListedRow {
    return this.library.list.row(this.dir)
  }

  points(key: string, x: XAxis = { kind: 'step' }): { x: number[]; y: number[]; marks: number[] } {
    this.library.detail(this.dir)
    this.readOn()
    const query = { id: 'q', runs: ['a'], key, x, width: 1_000 }
    const { header, arrays } = decodeFrame(this.library.series(query, new Map([['a', this.dir]])))
    const [line] = header.lines
    const array = (name: 'x' | 'y' | 'marks'): number[] => [...(arrays[line?.arrays[name] ?? -1] ?? [])]
    return { x: array('x'), y: array('y'), marks: array('marks') }
  }
}

describe('a journal', () => {
  test('whose last line is torn shows what is whole, and says so', () => {
    const { detail, row } = Seen.of(START + log(1, { a: 1 }) + log(2, { a: 2 }).slice(0, -9))
    expect(detail).toMatchObject({ lastStep: 1, health: { tornTail: true, damagedLines: 0 } })
    expect(row).toMatchObject({ name: 'swan-1', lastStep: 1 })
  })

  test('with a stretch of zeros loses no more than the lines that it lies in', () => {
    const text = START + log(1, { a: 1 }) + '\0'.repeat(10_000) + '\n' + log(2, { a: 2 })
    expect(Seen.of(text).points('a')).toMatchObject({ x: [1, 2], y: [1, 2] })
    expect(Seen.of(text).detail.health).toMatchObject({ damagedLines: 1 })
  })

  test('without a header is shown as what it is, with its points', () => {
    const seen = Seen.of(log(1, { a: 1 }) + log(2, { a: 2 }))
    expect(seen.row).toMatchObject({ state: 'unreadable', name: 'run-a', problem: expect.stringContaining('run-a') })
    expect(seen.points('a').y).toEqual([1, 2])
  })

  test('that is empty, or nonsense, is unreadable', () => {
    for (const text of ['', '\n', 'nonsense\n', '{}\n', '[]\n', 'null\n', '{"type":"header"}\n'])
      expect([text, Seen.of(text).row.state]).toEqual([text, 'unreadable'])
  })

  test('with a line of 100 MB goes on behind it', { timeout: 60_000 }, () => {
    const seen = Seen.of(START + log(1, { a: 1 }))
    const path = join(seen.dir, 'journal.jsonl')
    for (let megabytes = 0; megabytes < 100; megabytes++) appendFileSync(path, 'x'.repeat(1024 * 1024))
    appendFileSync(path, `\n${log(2, { a: 2 })}`)
    expect(seen.points('a').y).toEqual([1, 2])
    expect(seen.row).toMatchObject({ lastStep: 2, name: 'swan-1' })
  })

  test('with bytes that are no text loses the line at most', () => {
    const bad = Buffer.concat([
      Buffer.from(START),
      Buffer.from([0xff, 0xfe, 0x80, 0x0a]),
      Buffer.from(log(1, { 'a\u{1F9A2}': 1 })),
    ])
    expect(Seen.of(bad).points('a\u{1F9A2}').y).toEqual([1])
  })

  test('with nesting without end loses the line', () => {
    const deep = `{"type":"config","time":1,"config":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}\n`
    expect(Seen.of(START + deep + log(1, { a: 1 })).points('a').y).toEqual([1])
  })

  test('that was cut while it was read is read anew', () => {
    const seen = Seen.of(finished(1_000))
    expect(seen.points('train/acc').y).toHaveLength(1_000)
    const path = join(seen.dir, 'journal.jsonl')
    truncateSync(path, START.length)
    appendFileSync(path, log(7, { 'train/acc': 70 }))
    expect(seen.points('train/acc')).toMatchObject({ x: [7], y: [70] })
  })

  test('that was replaced by a longer one is read anew, whether it is another file or the same', () => {
    for (const isSameFile of [true, false]) {
      const seen = Seen.of(START + rows(100))
      expect(seen.points('train/acc').y).toHaveLength(100)
      const since = seen.library.since(seen.dir, 0)
      const path = join(seen.dir, 'journal.jsonl')
      if (!isSameFile) rmSync(path)
      writeFileSync(path, START + rows(300, 0, (step) => -step))
      expect(seen.points('train/loss').y.at(-1)).toBe(-299)
      expect(seen.detail.columns[0]).toMatchObject({ key: 'train/loss', count: 300 })
      // Whoever follows it has to ask for everything again.
      expect(seen.library.since(seen.dir, since.offset).journal).not.toBe(since.journal)
    }
  })

  test('that was replaced by one of the same length is read anew', () => {
    const seen = Seen.of(START + log(1, { a: 1 }))
    expect(seen.points('a').y).toEqual([1])
    writeFileSync(join(seen.dir, 'journal.jsonl'), START + log(1, { a: 2 }))
    expect(seen.points('a').y).toEqual([2])
  })

  test('whose torn line was cut away, and another written there, shows what is there now', () => {
    const seen = Seen.of(START + log(1, { a: 1 }) + log(2, { a: 2 }).slice(0, -5))
    expect(seen.points('a').y).toEqual([1])
    const path = join(seen.dir, 'journal.jsonl')
    truncateSync(path, START.length + log(1, { a: 1 }).length)
    appendFileSync(path, log(2, { a: 3 }) + log(3, { a: 4 }))
    expect(seen.points('a').y).toEqual([1, 3, 4])
  })

  test('that is a link, a FIFO, a device or a folder is not opened', () => {
    const folder = temporaryFolder()
    const secret = join(folder, 'secret.jsonl')
    writeFileSync(secret, finished(1))
    const made = {
      link: (path: string) => symlinkSync(secret, path),
      fifo: (path: string) => execFileSync('mkfifo', [path]),
      device: (path: string) => symlinkSync('/dev/zero', path),
      folder: (path: string) => mkdirSync(path),
    }
    for (const [name, make] of Object.entries(made)) {
      const dir = join(folder, name)
      mkdirSync(dir)
      make(join(dir, 'journal.jsonl'))
      const seen = new Seen(dir)
      expect(seen.row).toMatchObject({ state: 'unreadable', problem: expect.stringMatching(/link|regular file/) })
      expect(() => seen.library.detail(dir)).toThrow(/link|regular file/)
    }
  })
})

describe('a run folder', () => {
  test('that is removed while it is open, and comes back, is told apart', () => {
    const seen = Seen.of(finished(10))
    expect(seen.points('train/acc').y).toHaveLength(10)
    renameSync(seen.dir, `${seen.dir}-away`)
    expect(seen.readOn().row).toMatchObject({ state: 'unreadable', problem: expect.any(String) })
    expect(() => seen.library.detail(seen.dir)).toThrow(/ENOENT/)
    renameSync(`${seen.dir}-away`, seen.dir)
    expect(seen.row).toMatchObject({ state: 'finished' })
    expect(seen.points('train/acc').y).toHaveLength(10)
  })

  test.skipIf(process.platform === 'win32')('that may not be read costs the list nothing but its own row', () => {
    const folder = temporaryFolder()
    const [good, bad] = [writeRun(folder, 'run-good', finished(1)), writeRun(folder, 'run-bad', finished(1))]
    chmodSync(bad, 0o000)
    chmodSync(folder, 0o755)
    const rowsOf = (): unknown[] => [good, bad].map((dir) => new Library().list.row(dir).state)
    if (process.getuid?.() !== 0) return expect(rowsOf()).toEqual(['finished', 'unreadable'])
    // For root everything can be read.
    process.seteuid!(65_534)
    try {
      expect(rowsOf()).toEqual(['finished', 'unreadable'])
    } finally {
      process.seteuid!(0)
    }
  })

  test('that cannot be cached, since the cache folder is a file or lies below one, is read all the same', () => {
    const text = START + rows(70_000) + encodeRecord(FINISH)
    const dir = writeRun(temporaryFolder(), 'run-a', text)
    for (const cache of [join(dir, 'journal.jsonl'), join(dir, 'journal.jsonl', 'below')]) {
      const { detail } = new Seen(dir, new BlockStore(cache, blockMemory()))
      expect(detail.columns[0]).toMatchObject({ count: 70_000 })
    }
    expect(readFileSync(join(dir, 'journal.jsonl'), 'utf8')).toBe(text)
  })
})

/** A disk of 1 MiB; absent without the right to mount one. */
function smallDisk(): string | undefined {
  const path = join(temporaryFolder(), 'disk')
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  onTestFinished(() => void execFileSync('umount', [path]))
  return path
}

test('a cache on a disk that is full holds whole blocks or none, and everything is read all the same', ({ skip }) => {
  const disk = smallDisk()
  if (disk === undefined) return skip('nothing may be mounted here')
  const dir = writeRun(temporaryFolder(), 'run-a', START + rows(70_000) + encodeRecord(FINISH))
  const cache = join(disk, 'cache')
  const query = { id: 'q', runs: ['a'], key: 'train/loss', x: { kind: 'step' }, width: 100 } as const
  const answers = [undefined, cache, cache].map((folder) => {
    const seen = new Seen(dir, folder === undefined ? undefined : new BlockStore(folder, blockMemory()))
    expect(seen.detail.columns[0]).toMatchObject({ count: 70_000 })
    const answer = seen.library.series(query, new Map([['a', dir]]))
    seen.library.close()
    return Buffer.from(answer)
  })
  expect(answers[1]!.equals(answers[0]!)).toBe(true)
  expect(answers[2]!.equals(answers[0]!)).toBe(true)
  const files = readdirSync(cache, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.'))
  expect(files.filter((name) => !name.endsWith('.block'))).toEqual([])
  // The first block takes more than there is.
  expect(files.filter((name) => name.endsWith('000000.block'))).toEqual([])
})

describe('values', () => {
  test('under the key __proto__, and others that objects have, are values like any other', () => {
    const line = '{"type":"log","step":1,"time":2,"data":{"__proto__":1,"constructor":2,"toString":3}}\n'
    const seen = Seen.of(START + line)
    expect(seen.detail.columns.map(({ key, last }) => [key, last])).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
      ['toString', 3],
    ])
    expect(seen.points('__proto__').y).toEqual([1])
    expect(JSON.stringify(seen.library.since(seen.dir, START.length).rows)).toContain('"__proto__":1')
    expect(Object.prototype).not.toHaveProperty('last')
  })

  test('under a key of 10 kB, and under one of 10,000 keys', () => {
    const long = 'k'.repeat(10_000)
    expect(Seen.of(START + log(1, { [long]: 5 })).points(long).y).toEqual([5])
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`key/${n}`, n]))
    const seen = Seen.of(START + log(1, many) + log(2, many))
    expect(seen.detail.columns).toHaveLength(10_000)
    const more = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`more/${n}`, n]))
    appendFileSync(join(seen.dir, 'journal.jsonl'), log(3, { ...more, 'key/7': 70 }))
    expect(seen.detail.columns).toHaveLength(10_000)
    expect(seen.detail.columns.find(({ key }) => key === 'key/7')).toMatchObject({ count: 3, last: 70 })
    expect(seen.points('key/9999').y).toEqual([9_999, 9_999])
  })

  test('at steps that run backwards, repeat, or are huge are drawn where they are', () => {
    const steps = [5, 4, 4, 281_474_976_710_656, 1]
    const seen = Seen.of(START + steps.map((step, at) => log(step, { a: at })).join(''))
    expect(seen.points('a')).toMatchObject({ x: [1, 4, 4, 5, 281_474_976_710_656], y: [4, 1, 2, 0, 3] })
  })

  test('at steps that no journal has, such as 1e300 or 1.5, are damage', () => {
    const bad = ['1e300', '1.5', '-1', '"1"', 'null'].map(
      (step) => `{"type":"log","step":${step},"time":1,"data":{"a":1}}\n`,
    )
    expect(Seen.of(START + bad.join('') + log(1, { a: 7 })).points('a')).toMatchObject({ x: [1], y: [7] })
  })

  test('that are huge or tiny are kept', () => {
    const seen = Seen.of(START + log(1, { a: 1e300 }) + log(2, { a: 5e-324 }) + log(3, { a: -1.7976931348623157e308 }))
    expect(seen.points('a').y).toEqual([1e300, 5e-324, -1.7976931348623157e308])
  })

  test('that are all NaN have marks and no extremes', () => {
    const seen = Seen.of(START + log(1, { a: Number.NaN }) + log(2, { a: Infinity }) + log(3, { a: -Infinity }))
    expect(seen.points('a').marks).toEqual([1, 2, 3])
    const [column] = seen.detail.columns
    expect(column).toMatchObject({ count: 3, nonFinite: 3, last: '-Infinity' })
    expect([column!.min, column!.max]).toEqual([undefined, undefined])
  })

  test('of which there is one, or none', () => {
    expect(Seen.of(START + log(3, { a: 1 })).points('a')).toMatchObject({ x: [3], y: [1] })
    const none = Seen.of(START)
    expect(none.points('a')).toEqual({ x: [], y: [], marks: [] })
    expect(none.detail).toMatchObject({ columns: [], lines: 0 })
  })

  test('logged while the clock went back lie in the order of their time', () => {
    const text = START + log(1, { a: 1 }, 5_000) + log(2, { a: 2 }, 3_000) + log(3, { a: 3 }, 4_000)
    expect(Seen.of(text).points('a', { kind: 'wall' })).toMatchObject({ x: [3_000, 4_000, 5_000], y: [2, 3, 1] })
    expect(Seen.of(text).points('a', { kind: 'relative' }).x).toEqual([2, 3, 4])
  })
})
