import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createServer } from './server.ts'
import { useProjects } from './testing/runs.ts'

const setting = await useProjects()
const { alice } = setting

it('refuses to listen in the open without TLS', async () => {
  await expect(createServer({ dataDir: setting.dataDir, host: '0.0.0.0', port: 0 })).rejects.toThrow(/without TLS/)
})

it('keeps a folder to itself, and takes over what a killed server left', async () => {
  const again = createServer({ dataDir: setting.dataDir, port: 0 })
  await expect(again).rejects.toThrow(`Another server, process ${process.pid} on `)
  const other = mkdtempSync(join(tmpdir(), 'locked-'))
  writeFileSync(join(other, 'server.lock'), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }))
  const server = await createServer({ dataDir: other, port: 0 })
  await server.close()
  expect(existsSync(join(other, 'server.lock'))).toBe(false)
})

it('names what is wrong with a request', async () => {
  expect(await alice.call('POST', '/projects/alice', { visibility: 'PRIVATE' })).toMatchObject({
    status: 400,
    reason: 'Bad Request',
    body: { code: 'Bad_Request', message: expect.stringContaining('name') as string },
  })
  expect(await alice.call('GET', '/nowhere')).toMatchObject({ status: 404, body: { code: 'Not_Found' } })
})

it('says on the address of a run, as a browser asks for it, where to look', async () => {
  const answer = await fetch(new URL('/@alice/cats/runs/abc', setting.server.url))
  expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8'])
  expect(await answer.text()).toContain('swanlab runs <its folder>/projects/<user>/<project>')
})
