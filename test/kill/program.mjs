import { openSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { init } from '../../packages/swanlab/dist/index.js'
import { EmailCallback } from '../../packages/plugin-email/dist/index.js'
import { SlackCallback } from '../../packages/plugin-slack/dist/index.js'

// A training that is about to be killed. After each log() that has returned it says so in a file, outside the tracker.
const { kind, name, logdir, ack, smtpPort, slackUrl } = JSON.parse(process.argv[2])
const acknowledged = openSync(ack, 'w')
let rows = 0

const run = await init({
  project: 'kill',
  experimentName: name,
  mode: 'offline',
  logdir,
  settings: { logLevel: 'silent' },
  callbacks: [
    new EmailCallback({
      senderEmail: 'training@example.com',
      receiverEmail: 'you@example.com',
      smtpServer: '127.0.0.1',
      port: smtpPort,
      password: 'kill',
    }),
    new SlackCallback({ webhookUrl: slackUrl }),
  ],
})
process.send({ dir: run.dir })

const PROGRAMS = {
  'sync loop': () => {
    for (;;) log({ loss: 1 / (rows + 1), accuracy: rows })
  },
  'async loop': async () => {
    for (;;) {
      log({ loss: 1 / (rows + 1) })
      await sleep(1)
    }
  },
  'many keys': async () => {
    const wide = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`layer_${i}/norm`, i]))
    for (;;) {
      log(wide)
      await sleep(0)
    }
  },
  'right after init': () => sleep(60_000),
  'first record': () => {
    log({ loss: 1 })
    return sleep(60_000)
  },
  'during finish': async () => {
    for (let i = 0; i < 100; i++) log({ loss: i })
    await run.finish()
    process.send({ finished: true })
    await sleep(60_000)
  },
  reallyExit: async () => {
    for (let i = 0; i < 100; i++) log({ loss: i })
    process.reallyExit(7)
  },
}

function log(data) {
  run.log(data)
  rows++
  writeSync(acknowledged, `${rows}\n`.padStart(12), 0)
}

await PROGRAMS[kind]()
