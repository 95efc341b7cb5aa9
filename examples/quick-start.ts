import { init } from 'swanlab'

// Recorded on this machine only: swanlog/run-…/journal.jsonl, one line a step.
const run = await init({ project: 'quick-start', mode: 'offline', config: { learningRate: 0.1 } })

let weight = 5
for (let step = 0; step < 100; step++) {
  const loss = (weight - 2) ** 2
  weight -= run.config.learningRate * 2 * (weight - 2)
  run.log({ loss, weight })
}
console.log(`weight ${weight.toFixed(3)}, recorded in ${run.dir}`)
