import { setTimeout as sleep } from 'node:timers/promises'
import { init } from 'swanlab'
import { SlackCallback } from '@swanlab/plugin-slack'
import { Recorder } from './recorder.ts'

// A training for the tests of the background process; what it does is in its only argument.
const {
  how,
  logdir,
  file,
  slackUrl,
  background = true,
  both = false,
} = JSON.parse(process.argv[2]!) as {
  how: string
  logdir: string
  file?: string
  slackUrl?: string
  background?: boolean
  both?: boolean
}
const run = await init({
  project: 'background',
  mode: 'offline',
  logdir,
  config: { lr: 0.1 },
  settings: { background, metadataCollect: false, requirementsCollect: false },
  callbacks: [
    ...(file ? [new Recorder({ file })] : []),
    ...(file && both ? [new Recorder({ file: `${file}.live`, name: 'live', live: true })] : []),
    ...(slackUrl ? [new SlackCallback({ webhookUrl: slackUrl })] : []),
  ],
})
for (let i = 0; i < 5; i++) run.log({ loss: i === 3 ? Number.NaN : 1 / (i + 1), [`late/${i}`]: i })
run.config['lr'] = 0.2
run.alert({ title: 'look', level: 'warn' })
run.log({ loss: 0.1 }, 100)
console.log(JSON.stringify({ pid: process.pid, dir: run.dir, callbacks: run.callbacks }))

if (how === 'print, then kill') {
  for (let epoch = 1; epoch <= 30; epoch++) console.log(`epoch ${epoch}: \u001B[1mloss\u001B[0m ${1 / epoch}`)
  console.error('  <b>out of swans</b>')
  process.stdout.write('10 %\r90 %\n')
}
if (how.endsWith('kill')) process.kill(process.pid, 'SIGKILL')
if (how === 'throw') throw new Error('it broke')
if (how === 'abort') process.abort()
if (how === 'exit in exit') process.on('exit', () => process.exit(9))
if (how === 'wait') await sleep(60_000)
if (how === 'finish when told') {
  await new Promise((resolve) => process.stdin.once('data', resolve))
  process.stdin.destroy()
}
const { callbacks } = await run.finish()
console.log(JSON.stringify({ reports: callbacks }))
