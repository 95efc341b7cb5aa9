import type { Callback } from '../../packages/core/src/index.ts'
import { begin, live, raise, sleep, train, tracked } from './training.ts'

type Method = Exclude<keyof Callback, 'name' | 'timeout' | 'optional' | 'resident' | 'apply'>

/** A program whose callback ends it, or does not let it end. `process.argv`: the moment, `with` or `without`, and how. */
const [, , moment = '', , how = 'exit'] = process.argv
const leave = (): never => process.exit(7)
const deeds: Record<string, () => unknown> = {
  exit: leave,
  'exit later': async () => {
    await sleep(5)
    leave()
  },
  hang: () => new Promise(() => {}),
}
const callback: Callback = { name: 'villain', timeout: 300, [moment as Method]: deeds[how] }

// Without the tracker there is no moment: the program does the same by itself.
if (!tracked && how !== 'hang') leave()

const run = await begin(callback)
if (moment !== 'onLog' && moment !== 'onColumnCreate' && moment !== 'onMetricCreate') train(run)
if (moment === 'onAlert') run.alert({ title: 'loss is NaN' })
if (moment === 'onRuntimeInfoUpdate') run.config['lr'] = 0.1
if (moment === 'onError' && how !== 'hang') await run.finish({ error: new Error('diverged') })
if (moment === 'onStop' && how !== 'hang') await run.finish()
train(run)
console.log('ready')
if (moment === 'onError') {
  raise('SIGTERM')
  live()
}
