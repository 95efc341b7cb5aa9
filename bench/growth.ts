import { median, nanoseconds, table } from './measure.ts'
import { rows, startRun } from './runs.ts'

const STEPS = 1_000_000
const BATCH = 1_000
/** Batches that stand for "the beginning" and for "the end". */
const SAMPLE = 50
const KEYS = 10_000

/** Does the cost of `log()`, or its memory, grow with the length of a run or with the number of its keys? */
export async function benchGrowth(): Promise<string> {
  const data = rows(5)
  const run = await startRun(3)
  // The compiler's own warming up is not the run's growth.
  nanoseconds(20_000, (i) => run.log(data[i % data.length]!))
  const before = heap()
  const batches: number[] = []
  for (let step = 0; step < STEPS; step += BATCH)
    batches.push(nanoseconds(BATCH, (i) => run.log(data[i % data.length]!)))
  const after = heap()
  await run.finish()
  const first = median(batches.slice(0, SAMPLE))
  const last = median(batches.slice(-SAMPLE))

  const wide = Object.fromEntries(Array.from({ length: KEYS }, (_, i) => [`layer_${i}/norm`, i]))
  const keyed = await startRun(0)
  keyed.log(wide)
  const narrow = { 'layer_9999/norm': 1 }
  const withKeys = median(Array.from({ length: SAMPLE }, () => nanoseconds(BATCH, () => keyed.log(narrow))))
  await keyed.finish()
  const lone = await startRun(0)
  lone.log(narrow)
  const without = median(Array.from({ length: SAMPLE }, () => nanoseconds(BATCH, () => lone.log(narrow))))
  await lone.finish()

  return table(
    ['growth', 'at first', 'at last', 'ratio'],
    [
      [
        `log() of 5 scalars, first and last ${SAMPLE * BATCH} of ${STEPS}`,
        us(first),
        us(last),
        (last / first).toFixed(2),
      ],
      [`heap over ${STEPS} steps`, mb(before), mb(after), `+${mb(after - before)}`],
      [`log() of 1 scalar, with 1 key and with ${KEYS}`, us(without), us(withKeys), (withKeys / without).toFixed(2)],
    ],
  )
}

function heap(): number {
  if (!globalThis.gc) throw new Error('run with --expose-gc')
  globalThis.gc()
  return process.memoryUsage().heapUsed
}

function us(ns: number): string {
  return `${(ns / 1000).toFixed(2)} us`
}

function mb(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`
}
