import { once } from 'node:events'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createServer } from './server.ts'
import { FolderStorage } from './storage/folders/folder-storage.ts'
import { setUp } from './testing/client.ts'
import { newRun, useProjects } from './testing/runs.ts'
import { Writer } from './testing/writer.ts'

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

it('answers with and without /api, but for the pages', async () => {
  const { url } = setting.server
  const texts = await Promise.all(['/api', '/api/'].map(async (path) => (await fetch(`${url}${path}`)).text()))
  expect(texts).toEqual(['OK', 'OK'])
  for (const prefix of ['', '/api']) {
    const answer = await fetch(`${url}${prefix}/nowhere`, { method: 'POST' })
    expect(await answer.json()).toEqual({ code: 'Not_Found', message: `there is no POST ${prefix}/nowhere` })
  }
})

describe('while it closes', () => {
  const request = (sid: string, body: string): string =>
    `POST /api/house/metrics HTTP/1.1\r\nhost: x\r\ncookie: sid=${sid}\r\ncontent-type: application/json\r\n` +
    `content-length: ${body.length}\r\n\r\n${body}`

  async function answerOn(socket: Socket): Promise<string> {
    let answer = ''
    socket.on('data', (data) => (answer += String(data)))
    await once(socket, 'close')
    return answer
  }

  it('the server stops listening, completes requests that had arrived, and answers 507 to what arrives on open connections', async () => {
    const { server, dataDir, alice } = await setUp()
    const port = Number(new URL(server.url).port)
    await alice.call('POST', '/projects/alice', { name: 'cats' })
    const { cuid } = await newRun(alice)
    const body = JSON.stringify({ experimentId: cuid, type: 'scalar', metrics: [{ key: 'a', index: 0, data: 1 }] })
    const [before, after] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')]
    before.write(request(alice.sid, body).slice(0, -1))
    await once(after, 'connect')
    // What was connected before this is accepted when it is answered.
    await alice.call('GET', '/')
    const closed = server.close()
    for (let listening = true; listening;) listening = await canConnect(port)
    const answers = [answerOn(before), answerOn(after)]
    before.write(body.slice(-1))
    after.write(request(alice.sid, body))
    expect(await answers[0]).toMatch(/^HTTP\/1\.1 200 [^]*\r\nconnection: close\r\n/)
    expect(await answers[1]).toMatch(/^HTTP\/1\.1 507 [^]*\r\nconnection: close\r\n/)
    await closed
    const storage = await FolderStorage.open(dataDir)
    expect((await storage.scalars(cuid, undefined)).get('a')).toHaveLength(1)
    await storage.close()
  })

  it('nothing is lost of what it acknowledged to clients that write', async () => {
    const { server, dataDir } = await setUp()
    const key = await server.storage.createKey('alice')
    const writers = await Promise.all(['a', 'b'].map((name) => Writer.begin(server.url, key, name)))
    const work = writers.map((writer) => writer.work())
    await Promise.all(writers.map((writer) => writer.reaches(20)))
    await server.close()
    await Promise.all(work)
    const storage = await FolderStorage.open(dataDir)
    for (const writer of writers) expect(await writer.lost(storage)).toEqual([])
    await storage.close()
  })

  async function canConnect(port: number): Promise<boolean> {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return true
    } catch {
      return false
    } finally {
      socket.destroy()
    }
  }
})
