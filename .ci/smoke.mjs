import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { NotificationCallback } from '@swanlab/notification'
import { CSVWriter } from '@swanlab/plugin-csv'
import { EmailCallback } from '@swanlab/plugin-email'
import { SlackCallback } from '@swanlab/plugin-slack'
import { init } from 'swanlab'
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
await new Promise((resolve) => slack.listen(0, '127.0.0.1', resolve))
const { port } = slack.address()

const run = await init({
  project: 'smoke',
  mode: 'offline',
  config: { learningRate: 0.1 },
  callbacks: [
    new SlackCallback({ webhookUrl: `http://127.0.0.1:${port}/hook` }),
    new CSVWriter({ filename: 'runs.csv' }),
  ],
})
assert.deepEqual(
  run.callbacks.map(({ name, place }) => `${name} ${place}`),
  ['journal live', 'SlackCallback resident', 'CSVWriter resident', 'background live'],
)
for (let step = 0; step < 10; step++) run.log({ loss: 1 / (step + 1) })
run.log({ sample: new Image([[0, 255]]) })
assert.equal(readdirSync(join(run.dir, 'media/image')).length, 1)
const outcome = await run.finish()
slack.close()

assert.equal(outcome.state, 'finished')
assert.equal(outcome.steps, 11)
assert.equal(messages.length, 1)
assert.match(readFileSync('runs.csv', 'utf8'), /loss[\s\S]*0\.1/)
assert.ok(existsSync(join(run.dir, 'files', 'config.yaml')))
assert.throws(() => new EmailCallback({ senderEmail: 'nobody' }), { name: 'SwanLabError' })
assert.equal(typeof NotificationCallback, 'function')
console.log('the packed packages work')
