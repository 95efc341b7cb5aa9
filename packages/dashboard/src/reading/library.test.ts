import * as fc from 'fast-check'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { encodeLog, encodeRecord } from '@swanlab/journal'
import { blockMemory } from '../blocks/cached-block.ts'
import { decodeFrame } from '../protocol/frame.ts'
import type { FrameHeader, SeriesQuery } from '../protocol/series.ts'
import { BlockStore } from './block-store.ts'
import { Library } from './library.ts'
import { RunIndex } from './run-index.ts'
import { FINISH, HEADER, rows } from '../testing/journals.ts'

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'swanlab-library-')))
})
afterEach(() => rmSync(folder, { recursive: true }))

function run(name: string, text: string): string {
  const dir = join(folder, name)
  mkdirSync(dir)
  writeFileSync(join(dir, 'journal.jsonl'), text)
  return dir
}

const QUERY: SeriesQuery = { id: 'q', runs: ['one'], key: 'train/loss', x: { kind: 'step' }, width: 100 }

function answerOf(dir: string, store?: BlockStore, query = QUERY): unknown {
  const library = new Library({ store })
  try {
    for (;;) {
      library.detail(dir)
      while (library.work());
      const { header, arrays } = decodeFrame(library.series(query, new Map([['one', dir]])))
      const { columns, indexed } = library.detail(dir)
      // What was damaged in the cache is being read again.
      if (indexed === 1 && header.lines.every((line) => line.indexed === 1)) return { header, arrays, columns }
    }
  } finally {
    library.close()
  }
}

describe('a run', () => {
  test('is known from its head and tail before anything of it is indexed', () => {
    const text = encodeRecord(HEADER) + rows(3) + encodeRecord(FINISH)
    const { list } = new Library()
    const [row, missing] = [list.row(run('a', text)), list.row(join(folder, 'missing'))]
    expect(row).toMatchObject({
      id: 'one',
      name: 'swan-1',
      state: 'finished',
      lastStep: 2,
      config: { lr: 1 },
      endTime: 9_000,
    })
    expect(missing).toMatchObject({ state: 'unreadable', problem: expect.any(String) })
  })

  test('has the step that its end names, or the last one before a long console', () => {
    const lines = Array.from({ length: 1_000 }, (_, n) =>
      encodeRecord({ type: 'console', line: n + 1, level: 'info', text: 'x'.repeat(100), time: 2_000 }),
    ).join('')
    const rowOf = (name: string, text: string): number | undefined =>
      new Library().list.row(run(name, encodeRecord(HEADER) + rows(50) + text)).lastStep
    expect(rowOf('console', lines)).toBe(49)
    expect(rowOf('finish', lines.repeat(4) + encodeRecord({ ...FINISH, lastStep: 49 }))).toBe(49)
    expect(rowOf('resumed', rows(1) + encodeRecord({ ...FINISH, lastStep: 49 }))).toBe(49)
  })

  test('whose process is gone, without an end, is lost', () => {
    const here = { ...HEADER, process: { pid: 2 ** 22 - 7, host: (process.env['HOSTNAME'] ?? '') || 'x' } }
    const library = new Library()
    expect(['lost', 'running']).toContain(library.list.row(run('a', encodeRecord(here) + rows(1))).state)
  })

  test('gives the same however its journal grew', () => {
    const text = encodeRecord(HEADER) + rows(500) + encodeRecord(FINISH)
    const whole = answerOf(run('whole', text))
    let number = 0
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
        const dir = run(`grown-${number++}`, '')
        const index = new RunIndex(dir, undefined)
        let at = 0
        for (const cut of [...cuts.toSorted((a, b) => a - b), text.length]) {
          appendFileSync(join(dir, 'journal.jsonl'), text.slice(at, cut))
          at = cut
          while (index.advance(1_000) === 'more');
        }
        expect(index.facts).toEqual(readWhole(dir).facts)
        expect(answerOf(dir)).toEqual(whole)
      }),
      { numRuns: 20 },
    )
  })
})

function readWhole(dir: string): RunIndex {
  const index = new RunIndex(dir, undefined)
  while (index.advance(1e6) === 'more');
  return index
}

describe('the cache', () => {
  const cache = (): string => join(folder, 'cache')
  const store = (): BlockStore => new BlockStore(cache(), blockMemory())
  const large = (): string => encodeRecord(HEADER) + rows(70_000) + encodeRecord(FINISH)
  const files = (): string[] =>
    readdirSync(cache(), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.block'))
      .map((name) => join(cache(), name))

  test('gives what the journal gives, is private, and is not in the run folder', () => {
    const dir = run('a', large())
    const right = answerOf(dir)
    expect(answerOf(dir, store())).toEqual(right)
    expect(files()).toHaveLength(2)
    expect(answerOf(dir, store())).toEqual(right)
    expect(readdirSync(dir)).toEqual(['journal.jsonl'])
  })

  test('is made anew when its bytes were changed, cut or removed', () => {
    const dir = run('a', large())
    const right = answerOf(dir, store())
    cpSync(cache(), join(folder, 'good'), { recursive: true })
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.constantFrom('flip', 'cut', 'remove'), (which, place, how) => {
        rmSync(cache(), { recursive: true })
        cpSync(join(folder, 'good'), cache(), { recursive: true })
        const path = files()[which % files().length]!
        const bytes = readFileSync(path)
        const at = place % bytes.length
        if (how === 'remove') rmSync(path)
        else if (how === 'cut') truncateSync(path, at)
        else {
          bytes[at]! ^= 0x55
          writeFileSync(path, bytes)
        }
        expect(answerOf(dir, store())).toEqual(right)
      }),
      { numRuns: 15 },
    )
  })

  test('does not outlive a journal that was cut or replaced', () => {
    const dir = run('a', large())
    answerOf(dir, store())
    const path = join(dir, 'journal.jsonl')
    truncateSync(path, 1_000_000)
    expect(answerOf(dir, store())).toEqual(answerOf(dir))
    writeFileSync(path, encodeRecord(HEADER) + rows(70_000, 0, (step) => -step) + encodeRecord(FINISH))
    expect(answerOf(dir, store())).toEqual(answerOf(dir))
  })

  test('goes on where it was when a journal grows', () => {
    const dir = run('a', encodeRecord(HEADER) + rows(70_000))
    answerOf(dir, store())
    appendFileSync(join(dir, 'journal.jsonl'), rows(70_000, 70_000) + encodeRecord(FINISH))
    expect(answerOf(dir, store())).toEqual(answerOf(dir))
  })

  test('removes the runs that were looked at longest ago, when it is full', () => {
    const small = new BlockStore(cache(), blockMemory(), 3_000_000)
    for (const name of ['a', 'b', 'c', 'd']) answerOf(run(name, large()), small)
    const bytes = files().reduce((sum, path) => sum + readFileSync(path).length, 0)
    expect(bytes).toBeLessThan(3_000_000 * 1.5)
    expect(files().length).toBeGreaterThan(0)
  })

  test('is kept small by processes that write little each, and what killed ones left half written goes', () => {
    const inCache = (): string[] => readdirSync(cache(), { recursive: true, encoding: 'utf8' })
    const first = run('a', large())
    answerOf(first, new BlockStore(cache(), blockMemory(), 1_000))
    const [of] = inCache()
    for (const [name, hours] of [
      ['.old.tmp', 2],
      ['.new.tmp', 0],
    ] as const) {
      writeFileSync(join(cache(), of!, name), 'half')
      const time = Date.now() / 1_000 - 3_600 * hours
      utimesSync(join(cache(), of!, name), time, time)
    }
    answerOf(run('b', large()), store())
    const left = inCache().filter((name) => name.endsWith('.tmp'))
    expect(left).toEqual([join(of!, '.new.tmp')])
    answerOf(run('c', large()), new BlockStore(cache(), blockMemory(), 1_000))
    expect(inCache().filter((name) => !name.includes('/'))).toHaveLength(1)
  })
})

test('a chart of more runs than are kept open has all of them, and those that cannot be read cost the others nothing', () => {
  const names = Array.from({ length: 130 }, (_, n) => `run-${n}`)
  const dirs = new Map(names.map((name, n) => [name, run(name, encodeRecord(HEADER) + rows(2, n))]))
  dirs.set('gone', join(folder, 'gone'))
  const query = { ...QUERY, runs: [...dirs.keys()] }
  const library = new Library()
  const ask = (): { lines: string[]; indexed: number | undefined } => {
    const { header } = decodeFrame(library.series(query, dirs))
    return { lines: header.lines.map((line) => line.run), indexed: header.indexed }
  }
  // There is no more time for one question than for a few runs; the others come by and by.
  let answered = ask()
  while (answered.indexed! < 1) {
    library.work()
    answered = ask()
  }
  expect(answered.lines).toEqual(names)
  library.poll()
  expect(ask().lines).toEqual(names)
  expect(() => library.series(query, new Map([['gone', join(folder, 'gone')]]))).toThrow(/ENOENT|no such/)
  library.close()
})

test('of a metric that begins behind what has been read there is no line yet, and it is said that there may be one', () => {
  const late = encodeLog({ step: 1, time: 1_000, data: { late: 1 } })
  const dir = run('a', encodeRecord(HEADER) + rows(200_000) + late)
  const library = new Library()
  const ask = (): FrameHeader => decodeFrame(library.series({ ...QUERY, key: 'late' }, new Map([['one', dir]]))).header
  expect(ask()).toMatchObject({ lines: [] })
  expect(ask().indexed).toBeLessThan(1)
  while (library.work());
  expect(ask()).toMatchObject({ lines: [{ run: 'one', points: 1 }], indexed: 1 })
  library.close()
})

test('rows that were logged since a place in the journal come once each', () => {
  const dir = run('a', encodeRecord(HEADER) + rows(2))
  const library = new Library()
  const size = library.detail(dir).size
  appendFileSync(join(dir, 'journal.jsonl'), rows(2, 2))
  library.poll()
  while (library.work());
  const { rows: news, offset } = library.since(dir, size)
  expect(news?.map(({ step }) => step)).toEqual([2, 3])
  expect(library.since(dir, offset)).toMatchObject({ offset, rows: [] })
  expect(library.since(dir, 7).rows).toBeUndefined()
  library.close()
})

test('lines of the console are found by their number and by their text', () => {
  const lines = Array.from({ length: 2_000 }, (_, n) =>
    encodeRecord({ type: 'console', line: n + 1, level: 'info', text: `Epoch ${n + 1}`, time: 2_000 }),
  )
  const dir = run('a', encodeRecord(HEADER) + lines.join(''))
  const library = new Library()
  library.detail(dir)
  while (library.work());
  const page = lastOf(library.console(dir, 1_500, 3))
  expect(page).toMatchObject({
    total: 2_000,
    lines: [{ line: 1_500, text: 'Epoch 1500' }, { line: 1_501 }, { line: 1_502 }],
  })
  const { lines: found, more } = lastOf(library.find(dir, 'epoch 19', 0))
  expect({ found, more }).toMatchObject({ more: false, found: expect.arrayContaining([19, 190, 1_900, 1_999]) })
  expect(found).toHaveLength(111)
  library.close()
})

function lastOf<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}
