// Records runs at the same time, a few and then many, and prints what the process holds after each. Arguments: logdir, mode,
// number of runs.
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { config, init, log, withRun, type Callback } from '../index.ts'

const [logdir, mode, count] = process.argv.slice(2) as [string, 'offline' | 'disabled', string]
const STEPS = 10
const settings = { logLevel: 'warn', metadataCollect: false, requirementsCollect: false } as const

function listening(): Callback {
  return {
    name: 'listening',
    onLog: ({ data, step }) => step === 0 && log({ answer: data['n'] }),
    onStop: async () => {},
  }
}

async function evaluate(): Promise<void> {
  console.log('evaluating', config['n'])
  for (let step = 0; step < STEPS; step++) {
    log({ n: config['n'], step })
    await sleep(1)
  }
}

async function record(n: number, _: unknown, { length }: readonly unknown[]): Promise<void> {
  const callbacks = [listening()]
  const run = await init({
    project: 'many',
    mode,
    logdir,
    settings,
    callbacks,
    config: { n },
    tags: [`of ${length}`],
    reinit: 'create_new',
  })
  await withRun(run, evaluate)
  const { state } = await run.finish()
  if (state !== 'finished') throw new Error(state)
}

async function measure(): Promise<{ heap: number; held: object }> {
  await sleep(20)
  globalThis.gc?.()
  const listeners = process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name)}`)
  const descriptors = readdirSync('/proc/self/fd').length
  const held = { listeners, descriptors, write: Object.hasOwn(process.stdout, 'write') }
  return { heap: process.memoryUsage().heapUsed, held }
}

const seen = []
for (const runs of [Number(count) / 4, Number(count)]) {
  await Promise.all(Array.from({ length: runs }, (_, n) => n).map(record))
  seen.push(await measure())
}
console.log(JSON.stringify(seen))
