import { Worker } from 'node:worker_threads'
import { begin, live, raise, sleep, train, type Training } from './training.ts'

/** Programs that end in every way a process can see itself. `process.argv`: the program's name, and `with` or `without`. */
const PROGRAMS: Record<string, (run: Training) => unknown> = {
  'runs to its end': () => console.log('done'),
  finishes: (run) => run.finish(),
  'finishes with an error': (run) => run.finish({ error: new Error('diverged') }),
  'exits with 0': () => process.exit(0),
  'exits with 3': () => process.exit(3),
  'sets the exit code': () => (process.exitCode = 4),
  'waits for nothing': () => new Promise(() => {}),
  throws: () => {
    throw new RangeError('lr is negative')
  },
  'throws in a timer': () => {
    setTimeout(() => {
      throw new RangeError('lr is negative')
    }, 5)
    live()
  },
  'throws after an await': async () => {
    await sleep(5)
    throw new RangeError('lr is negative')
  },
  'throws a string': () => {
    setTimeout(() => {
      // oxlint-disable-next-line typescript/only-throw-error
      throw 'out of cheese'
    }, 5)
  },
  'rejects unhandled': () => {
    void Promise.reject(new TypeError('no such layer'))
    live()
  },
  'handles its rejections': () => {
    process.on('unhandledRejection', (error) => console.log('handled', String(error)))
    void Promise.reject(new TypeError('no such layer'))
  },
  'handles its exceptions': (run) => {
    process.on('uncaughtException', (error) => console.log('handled', error.message))
    setTimeout(() => {
      setTimeout(() => train(run), 5)
      throw new Error('lost a batch')
    }, 5)
  },
  'exits once more': () => {
    process.on('exit', (code) => {
      console.log('leaving with', code)
      process.exit(9)
    })
    process.exit(3)
  },
  'throws while it exits': () => {
    process.on('exit', () => {
      throw new Error('could not save')
    })
  },
  'has a worker': async () => {
    const worker = new Worker('require("node:worker_threads").parentPort.postMessage("hello")', { eval: true })
    worker.on('message', (text) => console.log(text))
    await new Promise((resolve) => worker.once('exit', resolve))
  },
  'kills its worker, then throws': async () => {
    const worker = new Worker('setInterval(() => {}, 1000)', { eval: true })
    await new Promise((resolve) => worker.once('online', resolve))
    console.log('worker ended with', await worker.terminate())
    throw new Error('no worker')
  },
  'trains twice': async (run) => {
    await run.finish()
    train(await begin())
    process.exit(3)
  },
  'puts back its listeners': async (run) => {
    await run.finish()
    const now = listeners()
    console.log(now)
    raise('SIGTERM')
    live()
  },
}

const EVENTS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'beforeExit', 'uncaughtExceptionMonitor']

function listeners(): string {
  return EVENTS.map((event) => `${event} ${process.listenerCount(event)}`).join(', ')
}

const name = process.argv[2] ?? ''
if (name === 'exits once more, from before') {
  process.on('exit', () => process.exit(9))
  train(await begin())
  process.exit(3)
} else {
  const run = await begin()
  train(run)
  await PROGRAMS[name]!(run)
}
