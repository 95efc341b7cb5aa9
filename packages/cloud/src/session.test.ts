import { expect, it } from 'vitest'
import { Session } from './session.ts'
import type { HttpAnswer, HttpRequest } from './transport.ts'

const DAY = 86_400_000

/** A server in memory. */
class Answers {
  now = 0
  logins = 0
  valid = ''
  lasts = 60 * DAY
  down = false
  readonly session = new Session({
    credentials: { apiKey: 'key', api: 'http://h', web: 'http://h' },
    transport: (request) => this.#answer(request),
    clock: () => this.now,
    version: '0',
  })

  async #answer({ url, headers }: HttpRequest): Promise<HttpAnswer> {
    // Later than whatever was asked at the same time.
    await new Promise((resolve) => setImmediate(resolve))
    if (this.down) throw Object.assign(new Error('down'), { code: 'ECONNREFUSED' })
    if (!url.endsWith('/login/api_key')) return answer(headers['cookie'] === `sid=${this.valid}` ? 200 : 401, {})
    this.valid = `s${++this.logins}`
    const expiredAt = new Date(this.now + this.lasts).toISOString()
    return answer(200, { sid: this.valid, expiredAt, userInfo: { username: 'alice' } })
  }
}

const answer = (status: number, body: object): HttpAnswer => ({
  status,
  statusText: '',
  headers: {},
  text: JSON.stringify(body),
})

const fiveAtOnce = ({ session }: Answers): Promise<unknown> =>
  Promise.all(['a', 'b', 'c', 'd', 'e'].map((path) => session.request('GET', `/${path}`)))

it('logs in once for concurrent requests, and once more when all are answered 401', async () => {
  const server = new Answers()
  await fiveAtOnce(server)
  expect(server.logins).toBe(1)
  server.valid = 'forgotten'
  await fiveAtOnce(server)
  expect(server.logins).toBe(2)
})

it('renews a session seven days before it expires, but short ones not for each request', async () => {
  const server = new Answers()
  await fiveAtOnce(server)
  server.now += 54 * DAY
  server.lasts = DAY
  await fiveAtOnce(server)
  expect(server.logins).toBe(2)
  await fiveAtOnce(server)
  expect(server.logins).toBe(2)
})

it('retries a failed login', async () => {
  const server = new Answers()
  server.down = true
  await expect(fiveAtOnce(server)).rejects.toThrow('login: the connection was refused')
  server.down = false
  await fiveAtOnce(server)
  expect(server.logins).toBe(1)
})

it('logs in once for each request when sessions are expired from the start', async () => {
  const server = new Answers()
  server.lasts = -1
  await server.session.request('GET', '/a')
  await server.session.request('GET', '/b')
  expect(server.logins).toBe(2)
})
