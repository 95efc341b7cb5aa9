import { createServer } from '@swanlab/server'

// A process of its own, as it would be: its time is not that of the clients.
const server = await createServer({ dataDir: process.argv[2]!, port: 0 })
await server.storage.createUser('bench')
const key = await server.storage.createKey('bench')
process.send!({ url: server.url, key })
process.on('message', (message) => {
  if (message === 'memory') process.send!({ memory: process.memoryUsage().rss })
  else void server.close().then(() => process.exit())
})
