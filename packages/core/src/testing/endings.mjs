// Programs that end in many ways, with the tracker or without it. Arguments: name of the program, logdir or nothing.
import { writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

const [name, logdir] = process.argv.slice(2)
let run

const say = (text) => void writeSync(1, `${text}\n`)
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const log = (loss) => run?.log({ loss })

async function start(...callbacks) {
  if (logdir === undefined) return
  const { init } = await import('../index.ts')
  run = await init({
    project: 'endings',
    mode: 'local',
    logdir,
    callbacks,
    settings: { background: false, metadataCollect: false, requirementsCollect: false, callbackTimeout: 400 },
  })
  log(0)
}

/** Goes on until it is told to stop by a signal. */
async function wait() {
  say('ready')
  setInterval(() => {}, 1_000)
  await new Promise(() => {})
}

/** Goes on until SIGUSR2, which comes after every other signal that is sent at the same time. */
async function untilTold() {
  const timer = setInterval(() => {}, 1_000)
  const told = new Promise((resolve) => process.once('SIGUSR2', resolve))
  say('ready')
  await told
  clearInterval(timer)
}

function loopForEver() {
  say('ready')
  const begin = Date.now()
  for (let step = 1; Date.now() - begin < 8_000; step++) log(step)
  say('nobody stopped me')
}

const hanging = { name: 'hanging', onStop: () => new Promise(() => {}) }
const telling = (who) => ({
  name: who,
  onError: ({ cause }) => say(`${who} hears ${cause.type}`),
  onStop: ({ state }) => say(`${who} hears ${state}`),
})

const PROGRAMS = {
  ends: () => start(),
  finishes: async () => {
    await start()
    await run?.finish()
    say('after')
  },
  'goes on after finish, and exits with 3': async () => {
    await start()
    await run?.finish()
    process.exit(3)
  },
  'exits with 0': async () => {
    await start()
    process.exit(0)
  },
  'exits with 3': async () => {
    await start()
    process.exit(3)
  },
  'sets the exit code': async () => {
    await start()
    process.exitCode = 4
  },
  'never settles': async () => {
    await start()
    await new Promise(() => {})
  },
  'throws at once': async () => {
    await start()
    throw new RangeError('at once', { cause: new Error('deeper') })
  },
  'throws in a timer': async () => {
    await start()
    setTimeout(() => {
      throw new TypeError('in a timer')
    }, 5)
    setInterval(() => {}, 1_000)
  },
  'throws text': async () => {
    await start()
    setTimeout(() => {
      // oxlint-disable-next-line no-throw-literal, only-throw-error
      throw 'just text'
    }, 5)
  },
  'throws nothing': async () => {
    await start()
    setTimeout(() => {
      // oxlint-disable-next-line no-throw-literal, only-throw-error
      throw undefined
    }, 5)
  },
  'rejects unheard': async () => {
    await start()
    void Promise.reject(new Error('unheard'))
    await sleep(50)
    say('never said')
  },
  'rejects unheard, with text': async () => {
    await start()
    void Promise.reject('unheard')
    await sleep(50)
  },
  'handles its exceptions': async () => {
    process.on('uncaughtException', (error) => say(`handled ${error.message}`))
    await start()
    setTimeout(() => {
      throw new Error('in a timer')
    }, 5)
    await sleep(30)
    log(1)
  },
  'handles its rejections': async () => {
    await start()
    process.on('unhandledRejection', (error) => say(`handled ${String(error)}`))
    void Promise.reject(new Error('unheard'))
    await sleep(30)
    log(1)
  },
  'handles an exception by exiting': async () => {
    await start()
    process.on('uncaughtException', () => process.exit(6))
    throw new Error('at once')
  },
  waits: async () => {
    await start()
    await wait()
  },
  'handles SIGINT': async () => {
    await start()
    process.on('SIGINT', () => say('mine'))
    await untilTold()
    log(1)
  },
  'ignores SIGINT, since before': async () => {
    process.on('SIGINT', () => {})
    await start()
    await untilTold()
    log(1)
  },
  'handles SIGINT once': async () => {
    process.once('SIGINT', () => (log(1), say('mine')))
    await start()
    await wait()
  },
  'exits with 130 on SIGINT': async () => {
    await start()
    process.on('SIGINT', () => setTimeout(() => process.exit(130), 10))
    await wait()
  },
  'exits with 5 on SIGTERM': async () => {
    await start()
    process.on('SIGTERM', () => process.exit(5))
    await wait()
  },
  'exits with 0 on SIGTERM': async () => {
    await start()
    process.on('SIGTERM', () => process.exit(0))
    await wait()
  },
  'exits with 0 while a callback hangs after SIGINT': async () => {
    await start(hanging, { ...hanging, name: 'second' })
    setInterval(() => run && run.state !== 'running' && process.exit(0), 5)
    await wait()
  },
  'has callbacks that hang': async () => {
    await start(hanging, ...(logdir ? [telling('other')] : []))
    await wait()
  },
  'has a library that counts signal handlers': async () => {
    // How signal-exit 4 does it; versions 2 and 3 have the same counter at process.__signal_exit_emitter__.
    const emitter = { count: 1 }
    globalThis[Symbol.for('signal-exit emitter')] = emitter
    const listener = (signal) => {
      if (process.listeners(signal).length !== emitter.count) return
      emitter.count--
      process.off(signal, listener)
      say('cursor restored')
      process.kill(process.pid, signal)
    }
    process.on('SIGINT', listener)
    await start()
    await wait()
  },
  'exits again while exiting, since before': async () => {
    process.on('exit', () => process.exit(9))
    await start()
    process.exit(2)
  },
  'exits again while exiting': async () => {
    await start(telling('a'))
    process.on('exit', () => process.exit(9))
    process.exit(2)
  },
  'listens to beforeExit and exit': async () => {
    process.on('beforeExit', (code) => say(`beforeExit ${code}`))
    process.on('exit', (code) => say(`exit ${code}`))
    await start({ name: 'a', onStop: async () => {} })
  },
  'loops for ever': async () => {
    await start()
    loopForEver()
  },
  'loops, and handles SIGINT afterwards': async () => {
    process.on('SIGINT', () => say('mine'))
    await start()
    say('ready')
    const begin = Date.now()
    for (let step = 1; Date.now() - begin < 1_500; step++) log(step)
    await sleep(20)
  },
  'turns between long stretches': async () => {
    await start()
    say('ready')
    const begin = Date.now()
    for (let epoch = 1; Date.now() - begin < 5_000; epoch++) {
      const until = Date.now() + 700
      while (Date.now() < until);
      log(epoch)
      await sleep(0)
    }
    say('nobody stopped me')
  },
  'ends with a callback that hangs': () => start(hanging),
  'exits right after a finish nobody waits for': async () => {
    await start(...['a', 'b', 'c'].map((each) => (logdir ? telling(each) : { name: each })))
    void run?.finish()
    process.exit(0)
  },
  'throws with callbacks': async () => {
    await start(...['a', 'b'].map((each) => telling(each)))
    throw new Error('with callbacks')
  },
  'has workers': async () => {
    const worker = new Worker('setInterval(() => {}, 10)', { eval: true })
    await start()
    await sleep(20)
    await worker.terminate()
  },
  'has a worker that throws': async () => {
    await start()
    const worker = new Worker('throw new Error("in a worker")', { eval: true })
    worker.on('online', () => log(1))
    await sleep(2_000)
  },
}

await PROGRAMS[name]()
