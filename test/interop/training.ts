import { init } from 'swanlab'
import { Image, Text } from 'swanlab/media'

/** The same in TypeScript as script.py: training.ts <kind> <logdir> [<run id>]. */
const [kind = '', logdir = '', id] = process.argv.slice(2)
const run = await init({
  project: 'interop',
  experimentName: 'swan',
  description: 'hello',
  logdir,
  config: { lr: 0.1, layers: 3, nested: { on: true, x: [1, 2] } },
  mode: kind === 'offline' ? 'offline' : 'cloud',
  ...(kind === 'resume' && id !== undefined && { id, resume: 'must' }),
})
process.stdout.write('hello from the script\n')
const start = kind === 'resume' ? 5 : 0
for (let step = start; step < start + 5; step++) run.log({ loss: 1 / (step + 1), 'train/acc': step }, step)
if (kind === 'new' || kind === 'offline') run.log({ odd: Number.NaN, up: Infinity }, 5)
if (kind === 'media') {
  const picture = { data: Uint8Array.from({ length: 48 }, (_, at) => at), width: 4, height: 4 }
  run.log({ 'eval/img': new Image(picture, { caption: 'cap' }), note: new Text('hello text') }, 6)
}
if (kind === 'crash') throw new TypeError('diverged')
await run.finish()
