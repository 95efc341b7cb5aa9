import { openSync, readdirSync, writeFileSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { init, type Run } from 'swanlab'
import { EmailCallback } from '@swanlab/plugin-email'
import { SlackCallback } from '@swanlab/plugin-slack'
import { Recorder } from '../background/recorder.ts'
import type { Order } from './order.ts'

// A training that meets with a hardship; which one is in its only argument.
const order = JSON.parse(process.argv[2]!) as Order
const acknowledged = openSync(order.acknowledged, 'w')
let rows = 0
let run: Run

/** Says in a file, outside of the tracker, how many calls of log() have returned. */
function log(data: object): void {
  run.log(data)
  rows++
  writeSync(acknowledged, `${rows}\n`.padStart(12), 0)
}

const told = (): Promise<void> =>
  new Promise((resolve) => {
    process.stdin.once('data', () => {
      process.stdin.destroy()
      resolve()
    })
  })

async function start(clock: () => number = Date.now): Promise<void> {
  run = await init({
    project: 'hardships',
    experimentName: order.name,
    mode: 'offline',
    logdir: order.logdir,
    settings: { clock, metadataCollect: false, requirementsCollect: false },
    callbacks: [
      new Recorder({ file: order.moments }),
      ...(order.slackUrl ? [new SlackCallback({ webhookUrl: order.slackUrl })] : []),
      ...(order.smtpPort
        ? [
            new EmailCallback({
              senderEmail: 'training@example.com',
              receiverEmail: 'you@example.com',
              smtpServer: '127.0.0.1',
              port: order.smtpPort,
              password: 'hardships',
            }),
          ]
        : []),
    ],
  })
}

function ready(): void {
  console.log(JSON.stringify({ pid: process.pid, dir: run.dir, callbacks: run.callbacks }))
}

async function finish(): Promise<void> {
  const from = performance.now()
  const outcome = await run.finish()
  writeFileSync(order.outcome, JSON.stringify({ ...outcome, waited: performance.now() - from }))
}

/** What a process holds on to: descriptors, handles, listeners, children. */
function holdings(): Record<string, number> {
  const names = ['exit', 'beforeExit', 'SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtExceptionMonitor', 'warning']
  const children = process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap')
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    resources: process.getActiveResourcesInfo().length,
    children: children.length,
    listeners: names.reduce((sum, name) => sum + process.listenerCount(name), 0),
  }
}

const HARDSHIPS: Record<Order['how'], () => Promise<void>> = {
  'a heap that fills up': async () => {
    await start()
    log({ kept: 0 })
    ready()
    await told()
    const hoard: object[] = []
    for (;;) {
      log({ kept: hoard.length })
      for (let i = 0; i < 1_000; i++) hoard.push({ i, text: `${i}` })
      if (hoard.length % 10_000 === 0) await sleep(1)
    }
  },
  'much memory': async () => {
    const memory = Buffer.alloc(order.bytes!, 1)
    await start()
    for (let i = 0; i < 100; i++) log({ loss: memory[i]! })
    ready()
    await sleep(60_000)
    log({ held: memory.length })
  },
  'being stopped': async () => {
    await start()
    ready()
    const stop = new AbortController()
    void told().then(() => stop.abort())
    while (!stop.signal.aborted) {
      log({ loss: 1 / (rows + 1) })
      await sleep(5)
    }
    await finish()
  },
  'many runs': async () => {
    const seen: Record<string, number>[] = []
    for (let n = 0; n < order.runs!; n++) {
      await start()
      if (n === 0) ready()
      for (let i = 0; i < 3; i++) log({ loss: i })
      await finish()
      // Children are reaped, and descriptors closed, a little after the end.
      const least = (what: string): number => Math.min(...seen.map((earlier) => earlier[what]!))
      const settled = (): boolean => Object.entries(holdings()).every(([what, number]) => number <= least(what))
      for (let waited = 0; waited < 1_000 && !settled(); waited += 5) await sleep(5)
      seen.push(holdings())
    }
    writeFileSync(order.outcome, JSON.stringify(seen))
  },
  'many programs': async () => {
    await start()
    for (let i = 0; i < 50; i++) log({ loss: i })
    ready()
    await finish()
  },
  // The disk is smaller than what is logged.
  'a full disk': async () => {
    await start()
    ready()
    for (let i = 0; i < 5_000; i++) log({ loss: i, [`padding ${'x'.repeat(80)}`]: i })
    if (order.end === 'kill') process.kill(process.pid, 'SIGKILL')
    process.exitCode = 3
    if (order.end === 'finish') await finish()
  },
  'a place nobody may write to': async () => {
    try {
      await start()
    } catch (error) {
      const { name, code, message } = error as Error & { code: string }
      console.log(JSON.stringify({ name, code, message }))
      return
    }
    ready()
    await goOnWhenTold()
  },
  'privileges that are given up': async () => {
    process.setgid!(order.become!)
    process.setuid!(order.become!)
    await start()
    log({ loss: 0 })
    ready()
    await goOnWhenTold()
  },
  'a deleted folder': async () => {
    await start()
    log({ loss: 0 })
    ready()
    await goOnWhenTold()
  },
  'a clock that jumps': async () => {
    let shift = 0
    await start(() => Date.now() + shift)
    log({ loss: 0 })
    ready()
    for (const jump of [-3_600_000, 7_200_000, -86_400_000]) {
      shift += jump
      for (let i = 0; i < 20; i++) {
        log({ loss: i })
        await sleep(1)
      }
      run.alert({ title: `jumped by ${jump} ms` })
    }
    if (order.end === 'kill') process.kill(process.pid, 'SIGKILL')
    await finish()
  },
  'an end inside an exit handler': async () => {
    await start()
    for (let i = 0; i < 10; i++) log({ loss: i })
    ready()
    process.on('exit', () => (order.end === 'abort' ? process.abort() : process.exit(9)))
    process.exit(3)
  },
}

async function goOnWhenTold(): Promise<void> {
  await told()
  for (let i = 0; i < 50; i++) log({ loss: i })
  run.config['changed'] = true
  run.alert({ title: 'it happened', level: 'warn' })
  if (order.end === 'kill') process.kill(process.pid, 'SIGKILL')
  process.exitCode = 5
  if (order.end === 'finish') await finish()
}

await HARDSHIPS[order.how]()
