// Prints what a process holds before and after many runs. Arguments: logdir.
import { readdirSync, rmSync } from 'node:fs'
import { init, type Callback } from '../index.ts'

const RUNS = 100
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

function holdings(): object {
  const listeners = process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name)}`)
  const descriptors = readdirSync('/proc/self/fd').length
  const threads = readdirSync('/proc/self/task').length
  return { listeners, descriptors, threads, active: process.getActiveResourcesInfo().toSorted() }
}

/** Waits until what is held no longer changes, or has become what it was: descriptors are closed a little after the end. */
async function measure(earlier?: object): Promise<{ heap: number; held: object }> {
  let held: string
  let waited = 0
  do {
    held = JSON.stringify(holdings())
    await new Promise((resolve) => setTimeout(resolve, 20))
  } while (JSON.stringify(earlier ?? holdings()) !== held && ++waited < 500)
  globalThis.gc?.()
  return { heap: process.memoryUsage().heapUsed, held: JSON.parse(held) as object }
}

await doRuns(50)
const before = await measure()
await doRuns(RUNS)
console.log(JSON.stringify({ before, after: await measure(before.held), runs: RUNS }))
