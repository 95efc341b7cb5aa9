import { setTimeout as sleep } from 'node:timers/promises'
import { init } from 'swanlab'
import { Recorder } from '../background/recorder.ts'

// A training for the tests of replay, and the one whose death is kept in test/fixtures/crashed-run.
const {
  how,
  logdir,
  file,
  background = false,
} = JSON.parse(process.argv[2]!) as {
  how: 'kill' | 'finish' | 'slowly'
  logdir: string
  /** Where a live callback writes what it gets, or a resident one when there is a background process. */
  file: string
  background?: boolean
}
const run = await init({
  project: 'iris',
  experimentName: 'mlp-64',
  description: 'a small classifier that does not live to see its end',
  tags: ['example'],
  mode: 'offline',
  logdir,
  config: { learningRate: 0.05, epochs: 200, layers: [4, 64, 3] },
  settings: { background, metadataCollect: false, requirementsCollect: false, console: 'none' },
  callbacks: [new Recorder({ file, live: !background })],
})
console.log(JSON.stringify({ pid: process.pid, dir: run.dir, callbacks: run.callbacks }))
for (let epoch = 0; epoch < 60; epoch++) {
  const loss = 1.1 * Math.exp(-epoch / 25)
  run.log({ train: { loss, accuracy: 1 - loss / 1.5 }, 'gradient/norm': epoch === 41 ? Number.NaN : loss * 3 })
  if (epoch === 20) run.config['learningRate'] = 0.01
  if (epoch === 41)
    run.alert({ title: 'gradient/norm is not a number', text: 'first seen in epoch 41', level: 'warn', step: 41 })
  await sleep(how === 'slowly' ? 20 : 1)
}
if (how === 'kill') process.kill(process.pid, 'SIGKILL')
await run.finish()
