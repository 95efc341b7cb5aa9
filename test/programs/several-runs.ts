import { init, withRun, type Callback, type Run } from 'swanlab'
import { live, raise, sleep, train } from './training.ts'

// Programs that record three runs at the same time. `process.argv`: the program's name.

const settings = { background: false, metadataCollect: false, requirementsCollect: false }

function start(more: { reinit?: 'create_new'; callbacks?: Callback[] }): Promise<Run> {
  return init({ project: 'endings', mode: 'local', settings, ...more })
}

/** Ends the process while its run is ending, before the others' have been told. */
const leaving: Callback = { name: 'leaving', onStop: () => process.exit(7) }

const PROGRAMS: Record<string, (runs: readonly Run[]) => unknown> = {
  'runs to its end': () => {},
  'exits with 3': () => process.exit(3),
  throws: ([run]) =>
    withRun(run!, () => {
      setTimeout(() => {
        throw new RangeError('lr is negative')
      }, 5)
    }),
  'is sent SIGTERM': () => {
    live()
    raise('SIGTERM')
  },
  'ends one before': async ([first]) => {
    await first!.finish()
    process.exit(3)
  },
}

const name = process.argv[2]!
const withLeaving = name.endsWith(', and a callback exits')
const runs: Run[] = []
runs.push(await start({ callbacks: withLeaving ? [leaving] : [] }))
for (let n = 0; n < 2; n++) {
  // Their journals are told apart by when they began.
  await sleep(2)
  runs.push(await start({ reinit: 'create_new' }))
}
for (const run of runs) train(run as never)
await PROGRAMS[name.replace(', and a callback exits', '')]!(runs)
