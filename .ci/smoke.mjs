import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createSocketServer } from 'node:net'
import { join } from 'node:path'
import { conforms, journals, smtpServer } from '@swanlab/core/testing'
import { NotificationCallback } from '@swanlab/notification'
import { CSVWriter } from '@swanlab/plugin-csv'
import { EmailCallback } from '@swanlab/plugin-email'
import { SlackCallback } from '@swanlab/plugin-slack'
import { createServer as createTrackingServer } from '@swanlab/server'
import { init, replay } from 'swanlab'
import { Image } from 'swanlab/media'

// The packages as anybody would install them: no TypeScript, no export condition, nothing of the repository.
const messages = []
const slack = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => (body += chunk))
  request.on('end', () => {
    messages.push(JSON.parse(body))
    response.end('ok')
  })
})

const mails = []
const ANSWERS = { EHLO: '250-smoke\r\n250 AUTH PLAIN', AUTH: '235 yes', DATA: '354 go on', QUIT: '221 bye' }
const smtp = createSocketServer((socket) => {
  let text = ''
  let mail
  const answer = (line) => {
    if (mail === undefined) {
      const verb = line.slice(0, 4).toUpperCase()
      if (verb === 'DATA') mail = ''
      socket.write(`${ANSWERS[verb] ?? '250 ok'}\r\n`)
    } else if (line === '.') {
      mails.push(mail)
      mail = undefined
      socket.write('250 taken\r\n')
    } else mail += `${line}\n`
  }
  socket
    .on('error', () => {})
    .on('data', (chunk) => {
      const lines = (text + chunk).split('\r\n')
      text = lines.pop()
      lines.forEach(answer)
    })
  socket.write('220 smoke\r\n')
})

for (const server of [slack, smtp]) await once(server.listen(0, '127.0.0.1'), 'listening')

const run = await init({
  project: 'smoke',
  mode: 'offline',
  config: { learningRate: 0.1 },
  callbacks: [
    new SlackCallback({ webhookUrl: `http://127.0.0.1:${slack.address().port}/hook` }),
    new EmailCallback({
      senderEmail: 'me@example.com',
      receiverEmail: 'you@example.com',
      password: 'secret',
      smtpServer: '127.0.0.1',
      port: smtp.address().port,
    }),
    new CSVWriter({ filename: 'runs.csv' }),
  ],
})
assert.deepEqual(
  run.callbacks.map(({ name, place }) => `${name} ${place}`),
  ['journal live', 'SlackCallback resident', 'EmailCallback resident', 'CSVWriter resident', 'background live'],
)
for (let step = 0; step < 10; step++) run.log({ loss: 1 / (step + 1) })
run.log({ sample: new Image([[0, 255]]) })
assert.equal(readdirSync(join(run.dir, 'media/image')).length, 1)
const outcome = await run.finish()
slack.close()
smtp.close()

assert.equal(outcome.state, 'finished')
assert.equal(outcome.steps, 11)
assert.equal(messages.length, 1)
assert.equal(mails.length, 1)
assert.match(mails[0], /^Subject: .*smoke/m)
assert.match(readFileSync('runs.csv', 'utf8'), /loss[\s\S]*0\.1/)
assert.ok(existsSync(join(run.dir, 'files', 'config.yaml')))
assert.throws(() => new EmailCallback({ senderEmail: 'nobody' }), { name: 'SwanLabError' })
assert.equal(typeof NotificationCallback, 'function')

const server = await createTrackingServer({ dataDir: 'server-data', port: 0 })
await server.storage.createUser('me')
process.env.SWANLAB_API_HOST = server.url
process.env.SWANLAB_API_KEY = await server.storage.createKey('me')
const uploaded = await init({ project: 'smoke' })
uploaded.log({ loss: 0.5 })
await uploaded.finish()
await server.close()
const kept = readdirSync('server-data', { recursive: true }).find((path) => path.endsWith('journal.jsonl'))
assert.match(readFileSync(join('server-data', kept), 'utf8'), /"loss":0\.5[\s\S]*"type":"finish"/)

// The kit finds replay and the background process where they are installed, and says what is missing.
const checks = conforms((dir) => new CSVWriter({ dir }), { secrets: ['hunter2hunter2'] })
assert.deepEqual(
  checks.filter(({ skip }) => skip),
  [],
)
for (const { check } of checks) await check()
assert.equal((await replay(journals.killed, { name: 'none' })).cause?.type, 'killed')
await assert.rejects(smtpServer(), /npm install --save-dev smtp-server/)
console.log('the packed packages work')
