import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { conforms, httpServer, testRun } from '@swanlab/core/testing'
import { MyNotifier } from './index.ts'

const SECRET = 'hunter2hunter2'
const receiver = await httpServer()
after(() => receiver.close())

// What every good plugin does, in the training, in the background process and in a replay.
const checks = conforms(() => new MyNotifier({ url: `${receiver.url}/${SECRET}` }), { secrets: [SECRET] })
for (const { title, check } of checks) test(title, check)

test('an alert and the end are one message each, and a receiver that is busy is tried again', async () => {
  const server = await httpServer([{ status: 503 }])
  const run = await testRun({ callbacks: new MyNotifier({ url: server.url }) })
  run.alert({ title: 'loss is NaN' })
  await run.finish()
  const titles = server.requests.map((request) => (request.json() as { title: string }).title)
  // While a receiver fails, the end is tried before alerts.
  assert.deepEqual(titles.map((title) => /loss is NaN|finished/.exec(title)?.[0]).toSorted(), [
    'finished',
    'loss is NaN',
    'loss is NaN',
  ])
  await server.close()
})

test('a receiver that refuses is not asked again, and the user reads why', async () => {
  const server = await httpServer([{ status: 404 }])
  const run = await testRun({ callbacks: new MyNotifier({ url: server.url }) })
  await run.finish()
  assert.equal(server.requests.length, 1)
  assert.match(run.reports.join('\n'), /The receiver answered 404/)
  await server.close()
})

test('a URL that is none is refused at once, and not shown', () => {
  assert.throws(() => new MyNotifier({ url: SECRET }), { code: 'INVALID_OPTION', message: /^(?!.*hunter2).*url/s })
})
