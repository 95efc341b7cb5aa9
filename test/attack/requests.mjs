import { connect } from 'node:net'

// A client in a process of its own: sends so many requests a second for some seconds, as long as the server keeps up, and
// prints how many were sent, and what they were answered.
const { port, requests, perSecond, seconds, sockets: count } = JSON.parse(process.argv[2])
const TICK = 10
/** Requests on one connection that have no answer yet. */
const OPEN = 20

const statuses = {}
let sent = 0
let answered = 0

function open() {
  const client = { open: 0, socket: connect(port, '127.0.0.1') }
  let rest = ''
  client.socket.setEncoding('latin1')
  client.socket.on('error', () => {})
  client.socket.on('data', (text) => {
    const seen = rest + text
    for (const [, status] of seen.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
      statuses[status] = (statuses[status] ?? 0) + 1
      answered++
      client.open--
    }
    // The head of an answer may come in two pieces.
    rest = seen.slice(-12).replace(/^[^]*HTTP\/1\.1 \d{3} /, '')
  })
  client.socket.on('close', () => clients.splice(clients.indexOf(client), 1, open()))
  return client
}

const clients = Array.from({ length: count }, open)
const begin = performance.now()
const timer = setInterval(() => {
  const passed = (performance.now() - begin) / 1_000
  const due = Math.min(passed, seconds) * perSecond
  for (let tries = 0; sent < due && tries < 2 * count; tries++) {
    const client = clients[(sent + tries) % count]
    const some = Math.min(Math.ceil((due - sent) / count), OPEN - client.open)
    if (some <= 0) continue
    client.socket.write(Array.from({ length: some }, (_, at) => requests[(sent + at) % requests.length]).join(''))
    client.open += some
    sent += some
  }
  if (passed < seconds) return
  clearInterval(timer)
  console.log(JSON.stringify({ sent, answered, statuses }), '\n')
  process.exit()
}, TICK)
