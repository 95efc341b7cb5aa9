// What an author has: plain JavaScript, node:test, and packages that are found where they are installed.
import { test } from 'node:test'
import { conforms, httpServer, type MakeCallback, smtpServer } from '@swanlab/core/testing'
import { CSVWriter } from '@swanlab/plugin-csv'
import { EmailCallback } from '@swanlab/plugin-email'
import { SlackCallback } from '@swanlab/plugin-slack'
import { Calm, Quiet, Stated } from './callbacks.ts'

const secrets = ['hunter2hunter2']
const hooks = await httpServer()
const mails = await smtpServer()

const plugins: Readonly<Record<string, MakeCallback>> = {
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
/** What is checked of them is where they live, and what they do there. */
const elsewhere: Readonly<Record<string, MakeCallback>> = {
  'stated, with two faces': () => new Stated({ twoFaced: true }),
  'an object': () => ({ name: 'an object' }),
  // What it does to the environment is seen by all that come later.
  leaky: (folder) => new Calm({ folder, secret: secrets[0]! }),
}

for (const [name, make] of Object.entries(plugins))
  void test(name, async (t) => {
    for (const { title, check } of conforms(make, { secrets })) await t.test(title, check)
  })
for (const [name, make] of Object.entries(elsewhere))
  void test(name, async (t) => {
    for (const { title, check } of conforms(make, { secrets }))
      if (/ in (?:the background process|a replay)/.test(title)) await t.test(title, check)
  })
