import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { init } from '@swanlab/core'
import { journal } from '@swanlab/journal'

/** One of the runs that pictures and tests of the page are made of: they look like somebody's week of training. */
interface Sample {
  readonly name: string
  readonly lr: number
  readonly batch: number
  readonly optimizer: string
  readonly seed: number
  readonly steps: number
  readonly end: 'finished' | 'crashed' | 'aborted' | 'killed' | 'running'
  readonly tags?: readonly string[]
  readonly spikeAt?: number
  readonly nanFrom?: number
}

const SAMPLES: readonly Sample[] = [
  {
    name: 'baseline',
    lr: 0.001,
    batch: 64,
    optimizer: 'adam',
    seed: 1,
    steps: 2_000,
    end: 'finished',
    tags: ['baseline'],
  },
  {
    name: 'baseline-2',
    lr: 0.001,
    batch: 64,
    optimizer: 'adam',
    seed: 2,
    steps: 2_000,
    end: 'finished',
    tags: ['baseline'],
  },
  { name: 'small-lr', lr: 0.0002, batch: 64, optimizer: 'adam', seed: 3, steps: 2_000, end: 'finished' },
  { name: 'large-lr', lr: 0.01, batch: 64, optimizer: 'adam', seed: 4, steps: 900, end: 'crashed', nanFrom: 880 },
  { name: 'sgd', lr: 0.05, batch: 64, optimizer: 'sgd', seed: 5, steps: 2_000, end: 'finished' },
  {
    name: 'sgd-momentum',
    lr: 0.05,
    batch: 128,
    optimizer: 'sgd',
    seed: 6,
    steps: 2_000,
    end: 'finished',
    spikeAt: 1_234,
  },
  { name: 'big-batch', lr: 0.002, batch: 512, optimizer: 'adam', seed: 7, steps: 1_200, end: 'killed', tags: ['a100'] },
  { name: 'stopped-early', lr: 0.0005, batch: 32, optimizer: 'adamw', seed: 8, steps: 700, end: 'aborted' },
  {
    name: 'adamw',
    lr: 0.001,
    batch: 64,
    optimizer: 'adamw',
    seed: 9,
    steps: 2_000,
    end: 'finished',
    tags: ['candidate'],
  },
  { name: 'adamw-wd', lr: 0.001, batch: 128, optimizer: 'adamw', seed: 10, steps: 2_000, end: 'finished' },
  {
    name: 'long',
    lr: 0.0008,
    batch: 64,
    optimizer: 'adamw',
    seed: 11,
    steps: 30_000,
    end: 'finished',
    spikeAt: 12_345,
  },
  { name: 'now', lr: 0.0012, batch: 64, optimizer: 'adamw', seed: 12, steps: 1_500, end: 'running' },
]

const HOUR = 3_600_000

/**
 * Writes twelve runs into a logdir, through the core: finished, crashed with NaN, killed, aborted, and one that is running
 * for as long as this process.
 *
 * @param now - When the last of them began, in milliseconds since 1970. Default: two hours ago.
 */
export async function writeSampleRuns(logdir: string, now: number = Date.now() - 2 * HOUR): Promise<void> {
  for (const [at, sample] of SAMPLES.entries()) {
    const start = now - (SAMPLES.length - 1 - at) * 5 * HOUR
    if (sample.end === 'killed') await writeInChild(logdir, at, start)
    else await writeSample(logdir, sample, start)
  }
}

/** Its process kills itself before it could end the run. */
async function writeInChild(logdir: string, at: number, start: number): Promise<void> {
  const program = fileURLToPath(new URL('sample-main.ts', import.meta.url))
  const child = spawn(process.execPath, [...process.execArgv, program, logdir, String(at), String(start)], {
    stdio: 'inherit',
  })
  await new Promise((resolve) => child.once('exit', resolve))
}

export async function writeOne(logdir: string, at: number, start: number): Promise<void> {
  await writeSample(logdir, SAMPLES[at]!, start)
}

async function writeSample(logdir: string, sample: Sample, start: number): Promise<void> {
  let time = start
  const { name, lr, batch, optimizer, seed, steps, end, tags = [] } = sample
  const run = await init({
    project: 'swans',
    name,
    tags,
    description: `${optimizer} at ${lr}`,
    config: {
      lr,
      batch,
      optimizer: { name: optimizer, weightDecay: batch / 12_800 },
      seed,
      model: { layers: 12, width: 768 },
    },
    callbacks: [journal({ logdir, durability: 'buffered' })],
    settings: { clock: () => Math.round(time), logLevel: 'error', console: 'none' },
  })
  const random = randomOf(seed)
  for (let step = 0; step < steps; step++) {
    time += Math.min(6_000, (2 * HOUR) / steps) * (0.9 + 0.2 * random())
    run.log(rowOf(sample, step, random), step)
    if (step === Math.floor(steps / 2)) run.alert({ title: 'Half way', text: `Step ${step} of ${steps}.`, step })
    if (step === sample.nanFrom)
      run.alert({ title: 'Loss is NaN', text: 'The loss has become NaN.', level: 'error', step })
  }
  if (end === 'killed') {
    await new Promise((resolve) => setTimeout(resolve, 300))
    process.kill(process.pid, 'SIGKILL')
  }
  const next = (step: number): void => {
    time += 4_800
    run.log(rowOf(sample, step, random), step)
  }
  if (end === 'running') return goOn(next, steps)
  await run.finish({
    state: end === 'killed' ? 'crashed' : end,
    ...(end === 'crashed' && { error: new Error('loss is NaN') }),
  })
}

/** Logs on for as long as this process has other things to do. */
function goOn(log: (step: number) => void, from: number): void {
  let step = from
  setInterval(() => log(step++), 1_000).unref()
}

function rowOf({ lr, batch, optimizer, spikeAt, nanFrom }: Sample, step: number, random: () => number): object {
  const speed = lr * (optimizer === 'sgd' ? 0.05 : 2) * Math.sqrt(batch / 64)
  const noise = (random() + random() + random() - 1.5) / Math.sqrt(batch / 16)
  const progress = 1 - Math.exp(-speed * step)
  const floor = 0.05 + lr * 8 * (optimizer === 'sgd' ? 0.2 : 1)
  const loss = floor + (2.3 - floor) * (1 - progress) * (1 + 0.15 * noise) + 0.04 * Math.abs(noise)
  const spike = step === spikeAt ? 5 : 0
  const isNaN_ = nanFrom !== undefined && step >= nanFrom
  return {
    'train/loss': isNaN_ ? Number.NaN : loss + spike,
    'train/accuracy': Math.min(1, 0.1 + 0.86 * progress + 0.02 * noise),
    'train/grad_norm': isNaN_ ? Number.POSITIVE_INFINITY : 0.4 + 3 * (1 - progress) * (1 + noise) ** 2 + spike,
    'optim/lr': lr * Math.min(1, step / 100) * (0.5 + 0.5 * Math.cos((Math.PI * step) / 30_000)),
    'optim/weight_norm': 20 + 4 * progress + 0.05 * noise,
    'system/gpu_utilization': 92 + 6 * noise,
    'system/gpu_memory_gb': 18 + batch / 40 + 0.2 * Math.sin(step / 50),
    'system/step_seconds': 0.12 + batch / 2_000 + 0.02 * Math.abs(noise),
    ...(step % 50 === 0 && {
      'eval/loss': loss * 1.08 + 0.02 + 0.1 * progress ** 6,
      'eval/accuracy': Math.min(1, 0.1 + 0.82 * progress + 0.01 * noise),
      epoch: Math.floor(step / 200),
    }),
  }
}

/** Mulberry32: the same numbers each time. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
