import { writeSync } from 'node:fs'
import type { Callback } from '../../packages/core/src/index.ts'
import { begin, live, point, raise, sleep, train, tracked } from './training.ts'

const say = (text: string): void => void writeSync(1, `${text}\n`)
/** Calls `reached` when it is notified of the end, and then hangs. */
const hangingAt = (reached: () => void): Callback => ({
  name: 'hanging',
  timeout: 30_000,
  onStop: () => {
    reached()
    return new Promise(() => {})
  },
})
const telling = (name: string): Callback => ({
  name,
  onError: ({ cause }) => say(`${name} gets ${cause.type}`),
  onStop: ({ state }) => say(`${name} gets ${state}`),
})

/** Works in stretches that do not yield, for five seconds, and logs at the end of each. */
async function workInStretches(ms: number, between: () => Promise<void> | undefined, logs: () => void): Promise<void> {
  say('ready')
  for (const end = Date.now() + 5_000; Date.now() < end;) {
    for (const until = Date.now() + ms; Date.now() < until;);
    logs()
    await between()
  }
  say('nobody stopped me')
}

/** A signal that comes before the loop has been seen not to yield is lost: the program is ready after that. */
function neverYield(run: Parameters<typeof train>[0]): never {
  for (let calls = 0; ; calls++) {
    train(run)
    if (calls === 1_000) say('ready')
  }
}

/** Programs in which it matters which callback is called with what, and when. `process.argv`: the program's name, and `with` or `without`. */
const PROGRAMS: Record<string, () => unknown> = {
  'listens to its own end': async () => {
    process.on('beforeExit', (code) => say(`beforeExit ${code}`))
    process.on('exit', (code) => say(`exit ${code}`))
    train(await begin({ name: 'quick', onStop: async () => {} }))
  },
  'uses a library that counts signal handlers': async () => {
    // How signal-exit 4 does it, which many a program has by way of others.
    const emitter = { count: 1 }
    ;(globalThis as Record<symbol, unknown>)[Symbol.for('signal-exit emitter')] = emitter
    const handle = (signal: NodeJS.Signals): void => {
      if (process.listeners(signal).length !== emitter.count) return
      emitter.count--
      process.off(signal, handle)
      say('cursor restored')
      raise(signal)
    }
    process.on('SIGINT', handle)
    train(await begin())
    raise('SIGINT')
    live()
  },
  'finishes without waiting, and exits': async () => {
    const run = await begin(telling('a'), telling('b'), telling('c'))
    train(run)
    void run.finish()
    process.exit(0)
  },
  throws: async () => {
    train(await begin(telling('a'), telling('b')))
    throw new Error('diverged')
  },
  'exits once more': async () => {
    train(await begin(telling('a'), telling('b')))
    process.on('exit', () => process.exit(9))
    process.exit(2)
  },
  'is told twice': async () => {
    const { reached, reach } = point()
    train(await begin(telling('a'), hangingAt(reach), telling('b')))
    raise('SIGINT')
    await reached
    say('again')
    raise('SIGINT')
    live()
  },
  'exits with 0 after it was told to stop': async () => {
    const { reached, reach } = point()
    train(await begin(hangingAt(reach)))
    raise('SIGTERM')
    // Without the tracker, nobody listens for it.
    if (tracked) await reached
    else await sleep(50)
    process.exit(0)
  },
  'never yields': async () => neverYield(await begin()),
  'never yields, later': async () => {
    const run = await begin()
    await sleep(300)
    neverYield(run)
  },
  'yields between stretches': async () => {
    const run = await begin()
    await workInStretches(
      700,
      () => sleep(0),
      () => run.log({ loss: 1 }),
    )
  },
  'handles its signal after a stretch': async () => {
    const { reached, reach } = point()
    let count = 0
    process.on('SIGINT', () => {
      say('handled')
      if (++count === 2) reach()
    })
    const run = await begin()
    raise('SIGINT')
    for (const end = Date.now() + 700; Date.now() < end;) train(run)
    raise('SIGINT')
    await reached
  },
}

/** A run in which every moment occurs, and a callback that exits in the one that is named. */
async function exitInside(moment: string, later: boolean): Promise<void> {
  let left = false
  const leave = async (payload: { step?: number }): Promise<void> => {
    if (left || payload.step === 0) return
    left = true
    if (moment !== 'onInit') run.log({ loss: 100 })
    if (later) await sleep(5)
    process.exit(7)
  }
  const moments = ['onInit', 'onRun', 'onRuntimeInfoUpdate', 'onColumnCreate', 'onLog', 'onMetricCreate', 'onAlert']
  const recorder = (name: string): Callback => {
    const methods = [...moments, 'onError', 'onStop'].map((each) => [each, () => say(`${name} ${each}`)])
    return { name, ...Object.fromEntries(methods) } as Callback
  }
  const { getRun } = await import('../../packages/core/src/index.ts')
  let run = undefined as unknown as Awaited<ReturnType<typeof begin>>
  const introducing: Callback = { name: 'introducing', onRun: () => void (run = getRun() as typeof run) }
  await begin(introducing, recorder('first'), { name: 'exiting', [moment]: leave }, recorder('last'))
  run.config['lr'] = 1
  run.log({ loss: 0 })
  run.log({ loss: 1, acc: 1 })
  run.alert({ title: 'look' })
  await run.finish(moment === 'onError' ? { error: new Error('diverged') } : {})
}

const [, , name = ''] = process.argv
const [, inside, later] = /^exits inside (\w+)( later)?$/.exec(name) ?? []
if (inside === undefined) await PROGRAMS[name]!()
else if (tracked) await exitInside(inside, later !== undefined)
