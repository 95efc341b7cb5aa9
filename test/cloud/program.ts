import { init, log, finish } from 'swanlab'

/** A training whose shape comes from argv, as JSON. */
const order = JSON.parse(process.argv[2]!) as {
  options: object
  steps: number
  keys: number
  /** Milliseconds between two steps; 0: a loop that never yields. */
  pause: number
  end: 'finish' | 'throw' | 'wait'
}

const run = await init(order.options)
process.stdout.write(`${JSON.stringify({ pid: process.pid, dir: run.dir, id: run.id, url: run.url })}\n`)
for (let step = 0; step < order.steps; step++) {
  log(Object.fromEntries(Array.from({ length: order.keys }, (_, key) => [`key${key}`, step + key / 100])))
  if (order.pause > 0) await new Promise((resolve) => setTimeout(resolve, order.pause))
}
process.stdout.write('logged\n')
if (order.end === 'throw') throw new RangeError('diverged')
if (order.end === 'wait') await new Promise((resolve) => setTimeout(resolve, 60_000))
await finish()
