import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { compiled } from '../../../test/compiled.ts'
import { unusedPort } from '../../core/src/kernel/testing/port.ts'
import { FolderStorage } from './storage/folders/folder-storage.ts'
import { Client } from './testing/client.ts'
import { log, newRun, scalar } from './testing/runs.ts'
import { Writer } from './testing/writer.ts'

async function launch(dataDir: string, port: number): Promise<{ child: ChildProcess; url: string; key: string }> {
  const child = spawn(process.execPath, [compiled('cloud/server'), dataDir, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { child, ...(JSON.parse(line) as { url: string; key: string }) }
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

it('killed after it acknowledged something, it has it: points, sessions, runs', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'killed-'))
  const port = await unusedPort()
  const first = await launch(dataDir, port)
  const client = new Client(first.url)
  await client.login(first.key)
  await client.call('POST', '/projects/alice', { name: 'cats', visibility: 'PRIVATE' })
  const { cuid } = await newRun(client, 'cats', { cuid: 'mine' })
  const sent: Promise<unknown>[] = []
  for (let step = 0; step < 200; step++) sent.push(log(client, cuid, 'scalar', [scalar('loss', step, step)]))
  await Promise.all(sent)
  await log(client, cuid, 'log', [{ epoch: 7, level: 'INFO', message: 'seven' }])
  await kill(first.child)
  const second = await launch(dataDir, port)
  const { body: summaries, status } = await client.call('GET', `/house/metrics/summaries/p/${cuid}`)
  expect(status).toBe(200)
  expect(summaries).toMatchObject({ scalar: [{ key: 'loss', step: 199 }], log: [{ step: 7 }] })
  const columns = [{ experimentId: cuid, key: 'loss' }]
  const { body: lines } = await client.call('POST', '/house/metrics/scalar', { columns, num: 1_500 })
  expect(lines[0].metrics).toHaveLength(200)
  expect((await client.call('POST', '/project/alice/cats/experiment', { name: 'x', cuid: 'mine' })).status).toBe(200)
  await kill(second.child)
  rmSync(dataDir, { recursive: true })
})

it('killed while clients write everything at once, again and again, it has all that it acknowledged', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'killed-'))
  const port = await unusedPort()
  let { child, url, key } = await launch(dataDir, port)
  const writers: Writer[] = []
  for (const name of ['a', 'b', 'c', 'd']) writers.push(await Writer.begin(url, key, name))
  for (const time of [150, 90]) {
    const before = writers.map(({ acknowledged }) => acknowledged)
    const work = writers.map((writer) => writer.work())
    await new Promise((resolve) => setTimeout(resolve, time))
    await Promise.all(writers.map((writer, at) => writer.reaches(before[at]! + 12)))
    await kill(child)
    await Promise.all(work)
    ;({ child } = await launch(dataDir, port))
  }
  await kill(child)
  const storage = await FolderStorage.open(dataDir)
  for (const writer of writers) expect(await writer.lost(storage)).toEqual([])
  const files = readdirSync(dataDir, { recursive: true }) as string[]
  expect(files.filter((name) => name.endsWith('.tmp') && name.includes('run-'))).toEqual([])
  await storage.close()
  rmSync(dataDir, { recursive: true })
})
