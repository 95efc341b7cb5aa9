import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { init } from 'swanlab'
import { SlackCallback } from '@swanlab/plugin-slack'
import { Recorder } from './recorder.ts'
import { Rule, type RuleOptions } from './rule.ts'

// A training with a callback that raises alerts; what it does is in its only argument.
const { how, logdir, rule, slackUrl, stopFile } = JSON.parse(process.argv[2]!) as {
  how: 'finish' | 'finish when told' | 'stop when asked' | 'kill' | 'loop, then exit'
  logdir: string
  rule: RuleOptions
  slackUrl: string
  stopFile?: string
}
const run = await init({
  project: 'alerting',
  mode: 'offline',
  logdir,
  settings: { metadataCollect: false, requirementsCollect: false, callbackTimeout: 1_000 },
  callbacks: [
    new Rule(rule),
    new Recorder({ file: `${rule.file}.live`, name: 'live', live: true }),
    new SlackCallback({ webhookUrl: slackUrl }),
  ],
})
run.log({ loss: 0.5 })
run.log({ loss: 7 })
console.log(JSON.stringify({ pid: process.pid, dir: run.dir, callbacks: run.callbacks }))
if (how === 'kill') process.kill(process.pid, 'SIGKILL')
if (how === 'loop, then exit') {
  while (!existsSync(stopFile!)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
  process.exit()
}
if (how === 'stop when asked') {
  while (!run.signal.aborted) {
    run.log({ loss: 0.1 })
    await sleep(10)
  }
  console.log((run.signal.reason as Error).message)
}
if (how === 'finish when told') {
  await new Promise((resolve) => process.stdin.once('data', resolve))
  process.stdin.destroy()
}
await run.finish()
