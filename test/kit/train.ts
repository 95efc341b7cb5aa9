// A training whose run is recorded for the kit: `train.ts <how it ends> <folder>`.
import { init } from 'swanlab'
import { Text } from 'swanlab/media'
import { CSVWriter } from '@swanlab/plugin-csv'

const [, , ending = '', logdir = ''] = process.argv
const options = {
  project: 'iris',
  experimentName: 'cats',
  mode: 'local',
  logdir,
  config: { lr: 0.01, layers: [4, 8] },
  // One that lives in the background process, so that somebody explains a death.
  callbacks: ending === 'torn' ? [] : [new CSVWriter({ dir: logdir })],
  settings: { metadataCollect: false, requirementsCollect: false, logLevel: 'silent' },
} as const

let run = await init(options)
if (ending === 'resumed') {
  train(0, 10)
  await run.finish()
  run = await init({ ...options, id: run.id, resume: 'must' })
  train(10, 20)
} else train(0, 20)
if (ending === 'crashed') throw new RangeError('out of cats')
if (ending === 'killed' || ending === 'torn') {
  // What has been printed is recorded by then, and nothing else happens any more.
  process.stdout.write('ready\n')
  await new Promise((resolve) => setTimeout(resolve, 60_000))
}
await run.finish()

function train(from: number, to: number): void {
  for (let step = from; step < to; step++) {
    const loss = step === 12 ? Number.NaN : 1 / (step + 1)
    run.log({ loss, eval: { accuracy: step / to } }, step)
    if (step % 10 === 0) console.log(`step ${step}`)
  }
  run.log({ sample: new Text(`after ${to} steps`) })
  run.config['steps'] = to
  run.alert({ title: 'loss is NaN', text: 'at step 12', level: 'warn', step: 12 })
}
