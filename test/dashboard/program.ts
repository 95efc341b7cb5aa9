import { createInterface } from 'node:readline'
import { init } from 'swanlab'
import { CSVWriter } from '@swanlab/plugin-csv'

// A training that logs as many rows as each line of its input says, and says how many there are.
const run = await init({
  project: 'cats',
  mode: 'local',
  logdir: process.argv[2]!,
  // What is in the background process also writes down how the run ended.
  callbacks: [new CSVWriter({ dir: process.argv[2]! })],
  settings: { metadataCollect: false, requirementsCollect: false },
})
let step = 0
console.log(`at ${step}`)
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'finish') break
  for (let rows = Number(line); rows > 0; rows--) run.log({ loss: 1 / ++step }, step)
  console.log(`at ${step}`)
}
await run.finish()
