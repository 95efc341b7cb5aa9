import { once } from 'node:events'
import { request } from 'node:http'

// A client in a process of its own, so that what it costs is not taken for the server's: sends one large body of junk, with
// what is said before and after it, as many times at once as it is told, and prints the statuses.
const { url, cookie, before, junk, after, bytes, count } = JSON.parse(process.argv[2])
const chunk = Buffer.from(junk.repeat(Math.ceil(65_536 / junk.length)))
const chunks = Math.ceil(bytes / chunk.length)
const length = Buffer.byteLength(before) + chunks * chunk.length + Buffer.byteLength(after)

async function send() {
  const headers = { 'content-type': 'application/json', 'content-length': length, ...(cookie && { cookie }) }
  const sent = request(url, { method: 'POST', headers })
  const answered = once(sent, 'response')
  sent.write(before)
  await Promise.race([answered, writeJunk(sent)])
  const [answer] = await answered
  answer.resume()
  sent.destroy()
  return answer.statusCode
}

async function writeJunk(sent) {
  for (let at = 0; at < chunks && !sent.destroyed; at++) if (!sent.write(chunk)) await once(sent, 'drain')
  sent.end(after)
}

console.log(JSON.stringify(await Promise.all(Array.from({ length: count }, send))))
