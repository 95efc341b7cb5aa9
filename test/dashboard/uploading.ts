import { init } from 'swanlab'
import { Image } from 'swanlab/media'

// A training that uploads, and says where its run is.
const run = await init({
  project: 'cats',
  experimentName: 'curious-cat',
  mode: 'cloud',
  logdir: process.argv[2]!,
  config: { lr: 0.01 },
  settings: { requirementsCollect: false },
})
for (let step = 0; step < 300; step++) run.log({ loss: 1 / (1 + step / 20) }, step)
run.log({ sample: new Image({ data: new Uint8Array(3 * 8 * 8).fill(200), width: 8, height: 8 }, { caption: 'A cat' }) })
console.log('the cat is trained')
await run.finish()
process.stdout.write(`\nurl ${run.url}\n`)
