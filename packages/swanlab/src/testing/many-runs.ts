// Prints what a process holds before and after many runs. Arguments: logdir.
import { readdirSync, rmSync } from 'node:fs'
import { init, type Callback } from '../index.ts'

const RUNS = 200
const [logdir] = process.argv.slice(2) as [string]
const settings = { logLevel: 'silent', background: false } as const

function listening(name: string): Callback {
  return { name, onRun: () => {}, onLog: () => {}, onMetricCreate: () => {}, onStop: async () => {} }
}

async function doRuns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const callbacks = [listening('a'), listening('b')]
    const run = await init({ project: 'many', mode: 'local', logdir, settings, callbacks, config: { i } })
    for (let step = 0; step < 20; step++) run.log({ loss: step, acc: step })
    await run.finish()
    if (run.dir) rmSync(run.dir, { recursive: true })
  }
}

async function measure(): Promise<{ heap: number; held: object }> {
  await new Promise((resolve) => setTimeout(resolve, 20))
  globalThis.gc?.()
  const listeners = process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name)}`)
  const descriptors = readdirSync('/proc/self/fd').length
  const threads = readdirSync('/proc/self/task').length
  const held = { listeners, descriptors, threads, active: process.getActiveResourcesInfo().toSorted() }
  return { heap: process.memoryUsage().heapUsed, held }
}

await doRuns(100)
const before = await measure()
await doRuns(RUNS)
console.log(JSON.stringify({ before, after: await measure(), runs: RUNS }))
