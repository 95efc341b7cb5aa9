import { createServer } from '../server.ts'

/** A server to be killed: says its address and a key. */
const [dataDir = '', port = '0'] = process.argv.slice(2)
const server = await createServer({ dataDir, port: Number(port) })
const key = server.storage.users().length > 0 ? '' : await newKey()
process.stdout.write(`${JSON.stringify({ url: server.url, key })}\n`)

async function newKey(): Promise<string> {
  await server.storage.createUser('alice')
  return server.storage.createKey('alice')
}
