import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { JOURNAL_FILE } from '@swanlab/journal'
import { blockMemory } from '../../packages/dashboard/src/blocks/cached-block.ts'
import { NumberList } from '../../packages/dashboard/src/blocks/number-list.ts'
import { decodeFrame } from '../../packages/dashboard/src/protocol/frame.ts'
import { answer, queryMemory } from '../../packages/dashboard/src/query/answer.ts'
import { BlockStore } from '../../packages/dashboard/src/reading/block-store.ts'
import { detailOf } from '../../packages/dashboard/src/reading/run-detail.ts'
import { RunIndex } from '../../packages/dashboard/src/reading/run-index.ts'
import { median } from '../measure.ts'
import { count, ms, type Figure } from './figure.ts'
import { emptyFolder, placeRun } from './journals.ts'
import { SCALE } from './scale.ts'

const ROUNDS = 3
/** As the thread that reads takes them. */
const SLICE = 2 * 1024 * 1024

/** From the journal to columns, pyramids and files of the cache, and from those files again. */
export function benchReading(): Figure[] {
  const [narrow, wide] = [10, 50].map((keys) => {
    const dir = placeRun(emptyFolder(`reading-${keys}`), 'read', { steps: SCALE.steps, keys, seed: 1 })
    return inTurn(dir)
  })
  const ratio = (one: Times): number => one.index / one.plain
  return [
    {
      figure: `index of ${count(SCALE.steps)} x 10, cache written, over chunks + JSON.parse into columns`,
      goal: '<= 1.15 x',
      measured: `${ratio(narrow!).toFixed(2)} x (${ms(narrow!.index)} / ${ms(narrow!.plain)})`,
      met: ratio(narrow!) <= 1.15,
    },
    {
      figure: `likewise ${count(SCALE.steps)} x 50`,
      goal: '',
      measured: `${ratio(wide!).toFixed(2)} x (${ms(wide!.index)} / ${ms(wide!.plain)})`,
    },
    {
      figure: `re-open ${count(SCALE.steps)} x 50 from the cache, until a chart is answered`,
      goal: '<= 50 ms, >= 100 x faster',
      measured: `${ms(wide!.reopen)}, ${Math.round(wide!.index / wide!.reopen)} x`,
      met: wide!.reopen <= 50 && wide!.index / wide!.reopen >= 100,
    },
  ]
}

interface Times {
  readonly index: number
  readonly plain: number
  readonly reopen: number
}

function inTurn(dir: string): Times {
  const [index, plain, reopen]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round < ROUNDS; round++) {
    plain.push(timed(() => readPlainly(join(dir, JOURNAL_FILE))))
    const cache = emptyFolder('reading-cache')
    index.push(timed(() => open(dir, cache)))
    reopen.push(timed(() => open(dir, cache)))
  }
  return { index: median(index), plain: median(plain), reopen: median(reopen) }
}

function timed(work: () => void): number {
  globalThis.gc?.()
  const start = performance.now()
  work()
  return performance.now() - start
}

/** Until one chart is answered. */
function open(dir: string, cache: string): void {
  const index = new RunIndex(dir, new BlockStore(cache, blockMemory()))
  while (index.advance(SLICE) !== 'end');
  const { columns } = detailOf(index)
  const { blocks, facts, progress, offset } = index
  const frame = decodeFrame(
    answer(
      { id: '', runs: ['one'], key: columns[0]!.key, x: { kind: 'step' }, width: 1_000 },
      () => ({ blocks, startTime: facts.run?.startTime ?? 0, indexed: progress, offset }),
      queryMemory(),
    ),
  )
  if (frame.header.lines[0]?.points !== SCALE.steps) throw new Error('Not everything was read')
  index.close()
}

/** The least that any reader does: pieces of the file, a line each, `JSON.parse`, a column of numbers for each key. */
function readPlainly(path: string): void {
  const columns = new Map<string, NumberList>()
  const steps = new NumberList()
  const times = new NumberList()
  const fd = openSync(path, 'r')
  let buffer = Buffer.allocUnsafe(4 * 1024 * 1024)
  let kept = 0
  for (;;) {
    const read = readSync(fd, buffer, kept, buffer.length - kept, null)
    if (read === 0) break
    const end = kept + read
    let start = 0
    for (
      let newline = buffer.subarray(0, end).indexOf(10);
      newline >= 0;
      newline = buffer.subarray(0, end).indexOf(10, start)
    ) {
      const record = JSON.parse(buffer.toString('utf8', start, newline)) as Row
      start = newline + 1
      if (record.type !== 'log') continue
      steps.push(record.step)
      times.push(record.time)
      // oxlint-disable-next-line guard-for-in -- what JSON.parse made has no other members
      for (const key in record.data) {
        let column = columns.get(key)
        if (!column) columns.set(key, (column = new NumberList()))
        column.push(record.data[key]!)
      }
    }
    buffer.copyWithin(0, start, end)
    kept = end - start
    if (kept === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)])
  }
  closeSync(fd)
  if (steps.length !== SCALE.steps) throw new Error('Not everything was read')
}

interface Row {
  readonly type: string
  readonly step: number
  readonly time: number
  readonly data: Record<string, number>
}
