import { init, type Run } from '@swanlab/core'
import { journal } from '@swanlab/journal'

/** A process that records many runs at once. Those behind the first log by themselves; that one when it is told to. */
const [logdir = '', count = '1'] = process.argv.slice(2)
const EVERY = 1_000
const runs: Run[] = []
for (let at = 0; at < Number(count); at++) {
  const run = await init({
    ...{ project: 'bench', name: `live-${at}`, reinit: 'create_new', callbacks: [journal({ logdir })] },
    settings: { console: 'none', logLevel: 'silent', metadataCollect: false, requirementsCollect: false },
  })
  for (let step = 0; step < 20; step++) run.log({ pulse: Math.sin(step + at), other: step }, step)
  runs.push(run)
}
let others = 20
const timer = setInterval(() => {
  for (const run of runs.slice(1)) run.log({ other: others }, others)
  others++
}, EVERY)
let step = 20
process.send!('ready')
process.on('message', (asked) => {
  if (asked === 'log') {
    runs[0]!.log({ pulse: Math.sin(step) + (step % 3) }, step)
    const returned = performance.timeOrigin + performance.now()
    step++
    process.send!(returned)
    return
  }
  clearInterval(timer)
  void Promise.all(runs.map((run) => run.finish())).then(() => process.exit())
})
process.on('disconnect', () => process.exit())
