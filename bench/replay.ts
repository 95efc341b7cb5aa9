import { replay, type Callback } from 'swanlab'
import { table } from './measure.ts'
import { rows, startRun } from './runs.ts'

const STEPS = 1_000_000
const ROUNDS = 3

/** How fast a stored run is replayed. */
export async function benchReplay(): Promise<string> {
  const data = rows(1)
  const run = await startRun(0)
  for (let i = 0; i < STEPS; i++) run.log(data[i % data.length]!)
  await run.finish()
  let sum = 0
  const callback: Callback = { name: 'reader', onLog: ({ step }) => void (sum += step) }
  const rates: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    await replay(run.dir!, { ...callback }, { report: () => {} })
    rates.push(STEPS / ((performance.now() - start) / 1000))
  }
  const best = rates.toSorted((a, b) => a - b)[1]!
  return table(
    ['replay', 'steps a second'],
    [[`${STEPS} steps of 1 scalar, 1 callback`, Math.round(best).toLocaleString('en')]],
  )
}
