import { init } from 'swanlab'
import { allPlugins } from './all.ts'

// A training that is killed when its early stopping has asked it to stop; nobody in it says goodbye.
const [folder = '', url = ''] = process.argv.slice(2)
const run = await init({
  project: 'killed',
  mode: 'offline',
  settings: { metadataCollect: false, requirementsCollect: false },
  callbacks: allPlugins(folder, url),
})
run.signal.addEventListener('abort', () => {
  console.log(JSON.stringify({ id: run.id, callbacks: run.callbacks, reason: String(run.signal.reason) }))
  process.kill(process.pid, 'SIGKILL')
})
run.log({ loss: 1, 'eval/acc': Number.NaN })
for (let step = 0; step < 5; step++) run.log({ loss: 2 })
// Until the background process has asked.
setInterval(() => {}, 1_000)
