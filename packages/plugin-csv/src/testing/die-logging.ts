import { CSVWriter } from '../index.ts'
import { runInfo, step } from './payloads.ts'

// Is killed right after its last step was accepted. The second half of the steps has one more key.
const [dir = '', count = '0'] = process.argv.slice(2)
const writer = new CSVWriter({ dir, layout: 'steps' })
writer.onRun(runInfo())
for (let n = 0; n < Number(count); n++)
  writer.onLog!(step(n, n < Number(count) / 2 ? { loss: n } : { loss: n, acc: n }))
process.kill(process.pid, 'SIGKILL')
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000)
