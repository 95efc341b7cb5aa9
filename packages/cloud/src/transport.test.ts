import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it, test, vi } from 'vitest'
import { httpTransport } from './transport.ts'

const requests: string[] = []
let target: Server
let proxy: Server
const portOf = (server: Server): number => (server.address() as AddressInfo).port
const started = (server: Server): Promise<Server> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))

beforeEach(async () => {
  requests.length = 0
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'])
    vi.stubEnv(name, undefined)
  target = await started(createServer((request, response) => response.end(`got ${request.url}`)))
  proxy = await started(
    createServer((request, response) => {
      requests.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? '-'}`)
      response.end('by the proxy')
    }),
  )
  proxy.on('connect', (request, socket) => {
    requests.push(`CONNECT ${request.url}`)
    const to = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
    to.on('error', () => socket.destroy())
    socket.on('error', () => to.destroy())
    socket.pipe(to).pipe(socket)
  })
})

afterEach(() => {
  vi.unstubAllEnvs()
  for (const server of [target, proxy]) {
    server.closeAllConnections()
    server.close()
  }
})

const get = async (url: string): Promise<string> =>
  (await httpTransport()({ method: 'GET', url, headers: {}, timeout: 5_000 })).text

test.each(['http://', ''])(
  'sends plain HTTP requests through the proxy, its address with the prefix "%s"',
  async (scheme) => {
    vi.stubEnv('HTTP_PROXY', `${scheme}127.0.0.1:${portOf(proxy)}`)
    const url = `http://127.0.0.1:${portOf(target)}/x`
    expect(await get(url)).toBe('by the proxy')
    expect(requests).toEqual([`GET ${url} -`])
  },
)

it('authenticates to the proxy', async () => {
  vi.stubEnv('http_proxy', `http://me:pw@127.0.0.1:${portOf(proxy)}`)
  await get(`http://127.0.0.1:${portOf(target)}/x`)
  expect(requests[0]).toContain(`Basic ${Buffer.from('me:pw').toString('base64')}`)
})

it('opens a tunnel for HTTPS', async () => {
  vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${portOf(proxy)}`)
  await expect(get(`https://127.0.0.1:${portOf(target)}/x`)).rejects.toThrow(/ssl|tls|wrong version/i)
  expect(requests).toEqual([`CONNECT 127.0.0.1:${portOf(target)}`])
})

it('bypasses the proxy for hosts in NO_PROXY', async () => {
  vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${portOf(proxy)}`)
  vi.stubEnv('NO_PROXY', 'example.com, 127.0.0.1')
  expect(await get(`http://127.0.0.1:${portOf(target)}/x`)).toBe('got /x')
  expect(requests).toEqual([])
})
