// What an author has: plain JavaScript, node:test, and packages that are found where they are installed.
import { test } from 'node:test'
import { conforms, httpServer, type MakeCallback, smtpServer } from '@swanlab/core/testing'
import { CSVWriter } from '@swanlab/plugin-csv'
import { EmailCallback } from '@swanlab/plugin-email'
import { SlackCallback } from '@swanlab/plugin-slack'
import { Calm, Quiet } from './callbacks.ts'

const secrets = ['hunter2hunter2']
const hooks = await httpServer()
const mails = await smtpServer()

const plugins: Readonly<Record<string, MakeCallback>> = {
  calm: (folder) => new Calm({ folder }),
  'two-faced': (folder) => new Calm({ folder, twoFaced: true }),
  NotificationCallback: () => new Quiet({ notifyOnStart: true }),
  SlackCallback: () => new SlackCallback({ webhookUrl: `${hooks.url}/services/T000/B000/${secrets[0]}` }),
  EmailCallback: () =>
    new EmailCallback({
      senderEmail: 'me@example.com',
      receiverEmail: 'you@example.com',
      password: secrets[0],
      smtpServer: mails.host,
      port: mails.port,
    }),
  'CSVWriter of runs': (dir) => new CSVWriter({ dir }),
  'CSVWriter of steps': (dir) => new CSVWriter({ dir, layout: 'steps' }),
}

for (const [name, make] of Object.entries(plugins))
  void test(name, async (t) => {
    for (const { title, check } of conforms(make, { secrets })) await t.test(title, check)
  })
void test('live alone', async (t) => {
  for (const { title, check } of conforms(() => ({ name: 'live' }))) await t.test(title, check)
})
