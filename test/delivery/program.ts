import { init } from 'swanlab'
import { EmailCallback } from '@swanlab/plugin-email'
import { SlackCallback } from '@swanlab/plugin-slack'
import { Chatty } from './chatty.ts'

// A training whose receivers are unwell; what it does is in its only argument.
const { how, logdir, finishTimeout, mails, slacks, chatty } = JSON.parse(process.argv[2]!) as {
  how: 'finish' | 'kill'
  logdir: string
  finishTimeout: number
  /** Ports by name. */
  mails: Record<string, number>
  slacks: Record<string, number>
  chatty?: boolean
}
const address = { senderEmail: 'training@example.com', receiverEmail: 'you@example.com', smtpServer: '127.0.0.1' }
const run = await init({
  project: 'delivery',
  experimentName: how,
  mode: 'offline',
  logdir,
  settings: { finishTimeout, metadataCollect: false, requirementsCollect: false },
  callbacks: [
    ...(chatty ? [new Chatty()] : []),
    ...Object.entries(mails).map(([name, port]) => new EmailCallback({ ...address, name, port, password: 'SECRET' })),
    ...Object.entries(slacks).map(
      ([name, port]) => new SlackCallback({ name, webhookUrl: `http://127.0.0.1:${port}/services/SECRET` }),
    ),
  ],
})
run.log({ loss: 1 })
console.log(JSON.stringify({ pid: process.pid, dir: run.dir, callbacks: run.callbacks }))
if (how === 'kill') process.kill(process.pid, 'SIGKILL')
const start = performance.now()
await run.finish()
console.log(JSON.stringify({ waited: performance.now() - start }))
