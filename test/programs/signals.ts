import { writeSync } from 'node:fs'
import type { Callback } from '../../packages/core/src/index.ts'
import { begin, live, point, raise, sleep, train, tracked, type Training } from './training.ts'

/** Calls `reached` when it is told of the end, over which it takes a minute. */
const slow = (reached: () => void): Callback => ({
  name: 'slow',
  onStop: () => {
    reached()
    return sleep(60_000)
  },
})

/** Programs that are told to stop. `process.argv`: the program's name, and `with` or `without`. */
const PROGRAMS: Record<string, () => unknown> = {
  'is sent SIGINT': () => signalled('SIGINT'),
  'is sent SIGTERM': () => signalled('SIGTERM'),
  'is sent SIGHUP': () => signalled('SIGHUP'),
  'handles it': () => survives((handled) => process.on('SIGINT', handled)),
  'handles it from before': () => survives((handled) => process.on('SIGINT', handled), 'before'),
  'handles it once': () => survives((handled) => process.once('SIGINT', handled)),
  'handles it once, from before': () => survives((handled) => process.once('SIGINT', handled), 'before'),
  'ignores it': () => survives((_, ignored) => process.on('SIGINT', ignored)),
  'exits with 130': async () => {
    train(await begin())
    process.on('SIGINT', () => process.exit(130))
    raise('SIGINT')
    live()
  },
  'exits with 0': async () => {
    train(await begin())
    process.on('SIGTERM', () => process.exit(0))
    raise('SIGTERM')
    live()
  },
  'cleans up and raises it again': async () => {
    train(await begin())
    process.once('SIGINT', () => {
      console.log('cleaned up')
      raise('SIGINT')
    })
    raise('SIGINT')
    live()
  },
  'handles it once, then no more': async () => {
    const { reached, reach } = point()
    process.once('SIGINT', () => {
      console.log('once more to stop')
      reach()
    })
    const run = await begin()
    raise('SIGINT')
    await reached
    train(run)
    raise('SIGINT')
    live()
  },
  'is told twice': async () => {
    const { reached, reach } = point()
    train(await begin(slow(reach)))
    raise('SIGINT')
    if (tracked) await reached
    console.log('ready')
    raise('SIGINT')
    live()
  },
  'is told twice, differently': async () => {
    const { reached, reach } = point()
    train(await begin(slow(reach)))
    raise('SIGINT')
    if (tracked) await reached
    raise('SIGTERM')
    live()
  },
  // Handles no signal as long as it runs, so only the system can end it.
  'never yields': async () => {
    const run = await begin()
    for (let step = 0; ; step++) {
      run.log({ step })
      // From here on the loop has been seen not to yield, and signals reach the program.
      if (step === 1_000) writeSync(1, 'ready\n')
    }
  },
  'yields after a long while': async () => {
    const run = await begin()
    for (const end = Date.now() + 700; Date.now() < end;) run.log({ loss: 1 })
    await sleep(150)
    train(run)
    await signalled('SIGTERM', run)
  },
}

async function signalled(signal: NodeJS.Signals, run?: Training): Promise<void> {
  train(run ?? (await begin()))
  raise(signal)
  live()
}

/** Rows are logged before the signal and after it. */
async function survives(
  handle: (handled: () => void, ignored: () => void) => unknown,
  when: 'before' | 'after' = 'after',
): Promise<void> {
  const { reached, reach } = point()
  const handled = (): void => {
    console.log('handled')
    reach()
  }
  if (when === 'before') handle(handled, reach)
  const run = await begin()
  if (when === 'after') handle(handled, reach)
  train(run)
  raise('SIGINT')
  await reached
  train(run)
}

await PROGRAMS[process.argv[2] ?? '']!()
