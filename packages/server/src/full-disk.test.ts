import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { compiled } from '../../../test/compiled.ts'
import { smallDisk } from '../../journal/src/format/testing/small-disk.ts'
import { createServer } from './server.ts'
import { Client } from './testing/client.ts'
import { folderOf, log, newRun, scalar } from './testing/runs.ts'

const disk = smallDisk()

it.runIf(disk)(
  'killed, and back on a disk that is full, it reads, refuses writes, and goes on when there is room',
  async () => {
    const dataDir = join(disk!.path, 'data')
    const child = spawn(process.execPath, [compiled('cloud/server'), dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
    const { url, key } = JSON.parse(line) as { url: string; key: string }
    const client = new Client(url)
    await client.login(key)
    await client.call('POST', '/projects/alice', { name: 'cats' })
    const { cuid } = await newRun(client)
    await log(client, cuid, 'scalar', [scalar('loss', 0, 1)])
    child.kill('SIGKILL')
    await once(child, 'exit')
    // A last line that is not whole, up to the end of its page: what is free in that page is no room.
    const journal = join(folderOf({ dataDir }, 'cats', cuid), 'journal.jsonl')
    appendFileSync(
      journal,
      `{"type":"log","step":1,"time":1,"data":{"`.padEnd(4_096 - (statSync(journal).size % 4_096), 'x'),
    )
    const ballast = disk!.fill()

    const server = await createServer({ dataDir, port: 0, limits: { laterDelay: 0 } })
    const again = new Client(server.url)
    again.sid = client.sid
    const { body: summaries } = await again.call('GET', `/house/metrics/summaries/p/${cuid}`)
    expect(summaries.scalar).toEqual([{ key: 'loss', step: 0 }])
    const row = [scalar('loss', 2, 1)]
    expect((await log(again, cuid, 'scalar', row)).status).toBe(507)
    expect((await again.call('POST', '/projects/alice', { name: 'dogs' })).status).toBe(507)
    expect((await new Client(server.url).login(key)).status).toBe(507)
    rmSync(ballast)
    expect((await log(again, cuid, 'scalar', row)).status).toBe(200)
    const points = await server.storage.scalars(cuid, undefined)
    expect(Array.from(points.get('loss')!, ({ index }) => index)).toEqual([0, 2])
    await server.close()
  },
)
