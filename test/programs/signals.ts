import { begin, live, raise, sleep, train, tracked, type Training } from './training.ts'

const slow = { name: 'slow', onStop: () => sleep(60_000) }

/** Programs that are told to stop. `process.argv`: the program's name, and `with` or `without`. */
const PROGRAMS: Record<string, () => unknown> = {
  'hears SIGINT': () => signalled('SIGINT'),
  'hears SIGTERM': () => signalled('SIGTERM'),
  'hears SIGHUP': () => signalled('SIGHUP'),
  'handles it': () => survives((heard) => process.on('SIGINT', heard)),
  'handles it from before': () => survives((heard) => process.on('SIGINT', heard), 'before'),
  'handles it once': () => survives((heard) => process.once('SIGINT', heard)),
  'handles it once, from before': () => survives((heard) => process.once('SIGINT', heard), 'before'),
  'ignores it': () => survives(() => process.on('SIGINT', () => {})),
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
    process.once('SIGINT', () => console.log('once more to stop'))
    const run = await begin()
    raise('SIGINT')
    await sleep(30)
    train(run)
    raise('SIGINT')
    live()
  },
  'is told twice': async () => {
    train(await begin(slow))
    raise('SIGINT')
    if (tracked) await sleep(50)
    console.log('ready')
    raise('SIGINT')
    live()
  },
  'is told twice, differently': async () => {
    train(await begin(slow))
    raise('SIGINT')
    if (tracked) await sleep(50)
    raise('SIGTERM')
    live()
  },
  // Hears no signal as long as it runs, so only the system can end it.
  'never yields': async () => {
    const run = await begin()
    process.stdout.write('ready\n')
    for (let step = 0; ; step++) run.log({ step })
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
async function survives(handle: (heard: () => void) => unknown, when: 'before' | 'after' = 'after'): Promise<void> {
  const heard = (): void => console.log('heard')
  if (when === 'before') handle(heard)
  const run = await begin()
  if (when === 'after') handle(heard)
  train(run)
  raise('SIGINT')
  await sleep(30)
  train(run)
}

await PROGRAMS[process.argv[2] ?? '']!()
