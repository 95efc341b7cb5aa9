import { setTimeout as sleep } from 'node:timers/promises'
import { count, mb, ms, quantile, type Figure } from './figure.ts'
import { emptyFolder, placeRun } from './journals.ts'
import { SCALE } from './scale.ts'
import { Served } from './served.ts'
import { randomOf } from '../../packages/dashboard/src/testing/random.ts'

const RUNS = 10
const KEYS = 50
/** Charts that are asked for a second while memory is watched. */
const ASKS = 4
const LARGEST = 400e6

/** What the server takes: time for an answer, time of its main loop, memory. */
export async function benchServing(): Promise<Figure[]> {
  const logdir = emptyFolder('serving')
  const cache = emptyFolder('serving-cache')
  // One journal in ten folders: ten would be 17 GB. Each is read, and kept in the cache, for itself.
  for (let run = 0; run < RUNS; run++) placeRun(logdir, `wide-${run}`, { steps: SCALE.steps, keys: KEYS, seed: 1 })
  const served = await Served.over(logdir, cache)
  try {
    const reading = await readOne(served)
    const keys = await served.read()
    const viewports = await timesOfViewports(served, keys)
    const memory = await watchMemory(served, keys)
    return [
      {
        figure: `main loop while a journal of ${count(SCALE.steps)} x ${KEYS} is read: delay p99`,
        goal: '<= 10 ms',
        measured: `${ms(reading.p99)} (largest ${ms(reading.max)})`,
        met: reading.p99 <= 10,
      },
      {
        figure: `viewport of ${RUNS} runs x ${count(SCALE.steps)} steps, asked over HTTP: p95`,
        goal: '<= 10 ms',
        measured: `${ms(quantile(viewports, 0.95))} (median ${ms(quantile(viewports, 0.5))})`,
        met: quantile(viewports, 0.95) <= 10,
      },
      {
        figure: `server memory, ${RUNS} runs of ${count(SCALE.steps)} x ${KEYS} open, ${SCALE.minutes} min`,
        goal: '<= 400 MB, flat',
        measured: `${mb(memory[0]!)} at first, ${mb(quantile(memory, 0.5))} median, ${mb(Math.max(...memory))} most, ${mb(memory.at(-1)!)} at last`,
        met: Math.max(...memory) <= LARGEST && memory.at(-1)! <= 1.1 * quantile(memory, 0.5),
      },
    ]
  } finally {
    await served.stop()
  }
}

async function readOne(served: Served): Promise<{ readonly p99: number; readonly max: number }> {
  const [{ key } = { key: '' }] = (await served.runs()).runs
  await served.ask('delay')
  while (((await served.detail(key)).indexed ?? 1) < 1) await sleep(100)
  return served.ask('delay')
}

/** Somebody looks at one chart after the other, and zooms in here and there. */
async function timesOfViewports(served: Served, runs: readonly string[]): Promise<number[]> {
  const times: number[] = []
  const random = randomOf(1)
  for (let at = 0; at < 10 * SCALE.rounds; at++) {
    const size = SCALE.steps * 10 ** (-4 * random())
    const from = random() * (SCALE.steps - size)
    const query = {
      id: '',
      runs,
      key: `train/metric_${at % 5}`,
      x: { kind: 'step' },
      from,
      to: from + size,
      width: 1_000,
    } as const
    const start = performance.now()
    const [frame] = await served.series([query])
    times.push(performance.now() - start)
    if (frame?.header.lines.length !== runs.length) throw new Error('A run is missing')
  }
  return times
}

async function watchMemory(served: Served, runs: readonly string[]): Promise<number[]> {
  const memory: number[] = []
  const random = randomOf(1)
  const until = performance.now() + SCALE.minutes * 60_000
  for (let at = 0; performance.now() < until; at++) {
    const number = Math.floor(KEYS * random())
    const from = random() * SCALE.steps * 0.9
    await served.series([
      {
        ...{
          id: '',
          runs,
          key: `${number < KEYS / 2 ? 'train' : 'eval'}/metric_${number}`,
          x: { kind: 'step' },
          width: 1_000,
        },
        ...(at % 2 === 0 && { from, to: from + SCALE.steps * 0.1 * random() }),
        ...(at % 3 === 0 && { smoothing: { kind: 'ema', weight: 0.9 } }),
      },
    ])
    if (at % ASKS === 0) memory.push(await served.ask('memory'))
    await sleep(1_000 / ASKS)
  }
  return memory
}
