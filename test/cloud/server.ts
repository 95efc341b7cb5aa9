import { createServer } from '@swanlab/server'

/** A server to be killed: server.ts <folder> <port>. Says its address and, the first time, a key. */
const [dataDir = '', port = '0'] = process.argv.slice(2)
const { storage, url } = await createServer({ dataDir, port: Number(port) })
let key = ''
if (storage.users().length === 0) {
  await storage.createUser('alice')
  key = await storage.createKey('alice')
}
process.stdout.write(`${JSON.stringify({ url, key })}\n`)
