import { rmSync } from 'node:fs'
import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { setUp } from './testing/client.ts'

it('reports repeated overloads once per interval, with their number', async () => {
  let now = Date.now()
  const reports: string[] = []
  const { server, dataDir, alice } = await setUp({
    limits: { body: 1_000, bodies: 2_000, laterDelay: 0 },
    clock: () => now,
    report: (level, message) => reports.push(`${level} ${message}`),
  })
  const pending = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => {})
  onTestFinished(async () => {
    pending.destroy()
    await server.close()
    rmSync(dataDir, { recursive: true, force: true })
  })
  pending.write(
    `POST /api/house/metrics HTTP/1.1\r\nhost: x\r\ncookie: sid=${alice.sid}\r\ncontent-type: application/json\r\n` +
      `content-length: 1000\r\n\r\n${' '.repeat(900)}`,
  )
  const send = async (): Promise<number> => (await alice.call('POST', '/house/metrics', 'x'.repeat(500))).status

  await expect.poll(send).toBe(507)
  expect([await send(), await send()]).toEqual([507, 507])
  expect(reports).toEqual(['warn 1 request told to come later: too much is being sent at once'])
  now += 10_000
  expect(await send()).toBe(507)
  expect(reports.slice(1)).toEqual(['warn 3 requests told to come later: too much is being sent at once'])
})
