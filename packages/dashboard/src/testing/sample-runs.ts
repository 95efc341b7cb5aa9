import { spawn, type ChildProcess } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { init, type Cause } from '@swanlab/core'
import { encodeRecord, journal, JOURNAL_FILE } from '@swanlab/journal'
import { curves, DIVERGING, type Training } from './sample-curves.ts'

/** One of the runs that pictures and tests of the page are made of: they look like somebody's week of training. */
interface Sample extends Partial<Training> {
  readonly name: string
  /** Default: it ends by itself after the steps that it was planned for. */
  readonly end?: 'diverged' | 'missing-file' | 'interrupted' | 'killed' | 'oom-killed' | 'running'
  /** Milliseconds of one step. Default: by the size of a batch. */
  readonly stepTime?: number
  /** Step at which that happens. */
  readonly endsAt?: number
  readonly tags?: readonly string[]
  readonly more?: Readonly<Record<string, number | string | boolean>>
}

const SAMPLES: readonly Sample[] = [
  { name: 'baseline', tags: ['baseline'] },
  { name: 'baseline-seed2', seed: 102, tags: ['baseline'] },
  { name: 'baseline-seed3', seed: 103, tags: ['baseline'] },
  { name: 'lr-3e-4', lr: 3e-4, speed: 0.35, tags: ['lr'] },
  { name: 'lr-3e-3', lr: 3e-3, speed: 1.5, floor: 0.6, jumps: [1_460], tags: ['lr'] },
  { name: 'lr-1e-2', lr: 1e-2, speed: 1.7, floor: 0.7, divergesAt: 1_180, end: 'diverged', tags: ['lr'] },
  { name: 'sgd-0.1', lr: 0.1, optimizer: 'sgd', speed: 0.55, floor: 0.62, tags: ['optimizer'] },
  { name: 'sgd-nesterov', lr: 0.1, optimizer: 'sgd', speed: 0.8, floor: 0.57, tags: ['optimizer'] },
  { name: 'no-augment', speed: 1.9, floor: 0.32, overfit: 4, more: { augment: 'none' } },
  { name: 'batch-512', batch: 512, lr: 2e-3, steps: 2_000, speed: 2.2, end: 'killed', endsAt: 1_334, tags: ['a100'] },
  {
    name: 'batch-2048',
    batch: 2_048,
    lr: 4e-3,
    steps: 1_000,
    speed: 4,
    end: 'oom-killed',
    endsAt: 212,
    tags: ['a100'],
  },
  { name: 'dropout-0.2', speed: 0.85, floor: 0.56, overfit: 0.5, more: { dropout: 0.2 } },
  { name: 'warmup-0', warmup: 1, speed: 0.6, floor: 0.78, jumps: [330, 341], more: { warmup: 0 } },
  { name: 'lr-find', steps: 1_000, lr: 5e-2, end: 'interrupted', endsAt: 640, floor: 1.1, jumps: [520] },
  { name: 'shards-v2', end: 'missing-file', endsAt: 2_417, more: { data: 'shards-v2' } },
  { name: 'mixup', speed: 0.9, floor: 0.6, overfit: 0.2, more: { augment: 'mixup' } },
  { name: 'wd-0.1', floor: 0.53, overfit: 0.6, more: { weightDecay: 0.1 } },
  { name: 'layers-24', speed: 1.1, floor: 0.46, jumps: [2_760], more: { layers: 24 }, tags: ['candidate'] },
  {
    name: 'mixup-long',
    steps: 8_000,
    stepTime: 1_200,
    speed: 0.9,
    floor: 0.5,
    overfit: 0.2,
    more: { augment: 'mixup' },
  },
  { name: 'layers-24-mixup', floor: 0.44, end: 'running', endsAt: 2_950, more: { augment: 'mixup', layers: 24 } },
]

const MINUTE = 60_000

/** Trainings of a week, as a folder of runs. */
export class SampleRuns {
  readonly #running: ChildProcess

  private constructor(running: ChildProcess) {
    this.#running = running
  }

  /**
   * Writes twenty runs into a logdir, through the core, in processes of their own: most ended by themselves, one diverged,
   * one missed a file, one was interrupted, one killed, one out of memory, and one goes on until `close`.
   *
   * @param now - When it is, in milliseconds since 1970. Default: now.
   */
  static async write(logdir: string, now = Date.now()): Promise<SampleRuns> {
    const all = SAMPLES.map((sample, at) => ({ at, end: sample.end }))
    const alone = all.filter(({ end }) => end !== undefined && end !== 'running')
    const trainings = [all.filter(({ end }) => end === undefined), ...alone.map((one) => [one])].map(async (some) => {
      const child = trainingProcess(logdir, now, some)
      const exited = new Promise((resolve) => child.once('exit', resolve))
      const died = await firstMessage(child)
      await exited
      if (died) appendFileSync(join(died.dir, JOURNAL_FILE), encodeRecord(finishOf(died)))
    })
    await Promise.all(trainings)
    const running = trainingProcess(
      logdir,
      now,
      all.filter(({ end }) => end === 'running'),
    )
    await firstMessage(running)
    return new SampleRuns(running)
  }

  async close(): Promise<void> {
    const exited = new Promise((resolve) => this.#running.once('exit', resolve))
    this.#running.kill('SIGKILL')
    await exited
  }
}

/** Where a training was when it died, for whoever writes down its end. */
interface Died {
  readonly at: number
  readonly dir: string
  readonly time: number
  readonly steps: number
  readonly duration: number
}

function trainingProcess(logdir: string, now: number, samples: readonly { at: number }[]): ChildProcess {
  const program = fileURLToPath(new URL('sample-main.ts', import.meta.url))
  const places = samples.map(({ at }) => at).join(',')
  return spawn(
    process.execPath,
    ['--conditions=source', '--import', 'tsx', program, logdir, String(now), places],
    // What a training prints is recorded in its run.
    { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
  )
}

function firstMessage(child: ChildProcess): Promise<Died | undefined> {
  return new Promise((resolve) => {
    child.once('message', (message) => resolve(message as Died))
    child.once('exit', () => resolve(undefined))
  })
}

/** As the background process of a run writes it down. */
function finishOf({ at, time, steps, duration }: Died): Parameters<typeof encodeRecord>[0] {
  const isMemory = SAMPLES[at]!.end === 'oom-killed'
  const cause: Cause = isMemory
    ? {
        type: 'oom-killed',
        evidence: ['exit status: SIGKILL', 'the control group counts 1 out-of-memory kill(s) since the run began'],
      }
    : { type: 'killed', evidence: ['exit status: SIGKILL'] }
  const error = isMemory
    ? { name: 'OutOfMemory', message: 'the process was killed: out of memory' }
    : { name: 'Killed', message: 'the process was killed (SIGKILL)' }
  return { type: 'finish', time, state: 'crashed', cause, error, steps, duration, losses: {} }
}

/** In a process of its own: trains the samples at these places, one after the other. */
export async function train(logdir: string, now: number, places: readonly number[]): Promise<void> {
  for (const at of places) await trainOne(logdir, at, now)
}

async function trainOne(logdir: string, at: number, now: number): Promise<void> {
  const { name, end, tags = [], more = {}, ...changed } = SAMPLES[at]!
  const training: Training = { lr: 1e-3, batch: 128, optimizer: 'adamw', seed: 100 + at, steps: 4_000, ...changed }
  const { lr, batch, optimizer, seed, steps } = training
  const stepTime = changed.stepTime ?? 2_400 * Math.sqrt(batch / 128)
  const last = end === 'diverged' ? training.divergesAt! + DIVERGING : (changed.endsAt ?? steps) - 1
  // The last began a while ago, each of the others hours before the next.
  const start = now - (end === 'running' ? last * stepTime : (SAMPLES.length - at) * 190 * MINUTE)
  let time = start
  const run = await init({
    project: 'cifar-vit',
    name,
    tags,
    config: {
      ...{ lr, batch, optimizer, seed, steps, warmup: 200, weightDecay: 0.05, dropout: 0.1, layers: 12 },
      ...{ augment: 'flip+crop', data: 'shards-v1', ...more },
    },
    callbacks: [journal({ logdir, durability: 'buffered' })],
    settings: { clock: () => Math.round(time), logLevel: 'error', metadataCollect: false, requirementsCollect: false },
  })
  console.log(`cifar-vit: ${more['layers'] ?? 12} layers, ${optimizer}, lr ${lr}, batch ${batch}, seed ${seed}`)
  const rows = curves(training)
  const log = (step: number): void => {
    const row = rows.next().value
    time += stepTime
    run.log(row, step)
    if (step % 100 === 0)
      console.log(
        `step ${String(step).padStart(5)}/${steps}  loss ${row['train/loss']!.toFixed(4)}  val ${row['val/loss']!.toFixed(4)}  ` +
          `acc ${row['val/accuracy']!.toFixed(3)}  ${row['perf/images_per_second']!.toFixed(0)} img/s`,
      )
    if (training.jumps?.includes(step))
      run.alert({ title: 'Loss jumped', text: `train/loss is ${row['train/loss']!.toFixed(2)}.`, level: 'warn', step })
  }
  for (let step = 0; step <= last; step++) log(step)
  switch (end) {
    case 'diverged':
      run.alert({ title: 'Loss is NaN', text: `train/loss is NaN since step ${last}.`, level: 'error', step: last })
      console.error(`step ${String(last).padStart(5)}/${steps}  loss NaN  grad_norm Infinity`)
      return run.finish({ error: new RangeError(`train/loss is NaN at step ${last}`) }).then(() => undefined)
    case 'missing-file':
      console.error(`loading shard 17 of 24: data/shards-v2/00017.tar`)
      return run
        .finish({ error: new Error("ENOENT: no such file or directory, open 'data/shards-v2/00017.tar'") })
        .then(() => undefined)
    case 'interrupted':
      await settled()
      process.kill(process.pid, 'SIGINT')
      return new Promise((resolve) => setTimeout(resolve, 10_000))
    case 'killed':
    case 'oom-killed':
      if (end === 'oom-killed') console.error('warning: 46.9 of 48.0 GB of host memory in use')
      await settled()
      process.send!({ at, dir: run.dir, time, steps: last + 1, duration: time - start } as Died, () =>
        process.kill(process.pid, 'SIGKILL'),
      )
      return new Promise((resolve) => setTimeout(resolve, 10_000))
    case 'running': {
      let step = last
      setInterval(() => log(++step), stepTime)
      process.send!({ at, dir: run.dir, time, steps: step, duration: 0 } as Died)
      return
    }
    case undefined:
      await run.finish()
  }
}

/** What was printed is recorded, and a loop that was busy for long gets its signals again. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 500))
}
