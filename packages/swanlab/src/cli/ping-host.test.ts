import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { httpTransport } from '@swanlab/cloud/internal'
import { pingHost } from './ping-host.ts'

it('measures an answer on an open connection, apart from what comes before the first one', async () => {
  let connections = 0
  let now = 0
  let slow = 7
  const server = createServer((_request, response) => {
    now += slow--
    response.end('OK')
  })
  server.on('connection', () => {
    connections++
    now += 100
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const real = httpTransport()
  let asked = 0
  const times = await pingHost(`http://127.0.0.1:${port}`, {
    clock: () => now,
    transport: (request) => {
      if (asked++ === 0) now += 50
      return real(request)
    },
  })
  server.closeAllConnections()
  server.close()
  expect(times).toEqual({ first: 157, time: 2 })
  expect([asked, connections]).toEqual([6, 1])
})
