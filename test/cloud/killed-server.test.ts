import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createServer } from '@swanlab/server'
import { unusedPort } from '../../packages/core/src/kernel/testing/port.ts'
import { compiled } from '../compiled.ts'
import { journalIn } from '../hardships/hardship.ts'
import { trackerProcessesIn, expectNoOrphans } from '../orphans.ts'
import { killAll, until } from '../background/start.ts'
import { train } from './start.ts'

const STEPS = 1_500
const KEYS = 4

let folder: string
let dataDir: string
let logdir: string
let server: ChildProcess | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'killed-server-'))
  dataDir = join(folder, 'data')
  logdir = join(folder, 'logs')
})
afterEach(async () => {
  server?.kill('SIGKILL')
  await expectNoOrphans(logdir)
  rmSync(folder, { recursive: true, force: true })
})

async function startServer(port: number): Promise<{ url: string; key: string }> {
  server = spawn(process.execPath, [compiled('cloud/server'), dataDir, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: server.stdout! }), 'line')) as [string]
  return JSON.parse(line) as { url: string; key: string }
}

async function killServer(): Promise<void> {
  const ended = once(server!, 'exit')
  server!.kill('SIGKILL')
  await ended
}

/** What the server kept, as read by a server that is started on its folder after everybody else has gone. */
async function storedBy(id: string): Promise<{ state: string; points: Map<string, number[]> }> {
  const reader = await createServer({ dataDir, port: 0 })
  try {
    const { storage } = reader
    const run = storage.run(storage.project('alice', 'killed')!, id)!
    const scalars = await storage.scalars(run.cuid, undefined)
    return {
      state: run.state,
      points: new Map(Array.from(scalars, ([key, series]) => [key, Array.from(series, ({ index }) => index)])),
    }
  } finally {
    await reader.close()
  }
}

describe.runIf(process.platform === 'linux')('with kill -9', () => {
  it.each([
    ['of the server, twice', ['server', 'server'], 'finish', 'FINISHED'],
    [
      'of the server, the background process and the training, in turn',
      ['server', 'background', 'server', 'training'],
      'wait',
      'CRASHED',
    ],
  ] as const)(
    '%s, everything that was logged arrives once',
    async (_, victims, end, state) => {
      const port = await unusedPort()
      const { url, key } = await startServer(port)
      const options = {
        project: 'killed',
        logdir,
        settings: { metadataCollect: false, requirementsCollect: false, finishTimeout: 30_000 },
      }
      const training = await train(url, { options, steps: STEPS, keys: KEYS, pause: 1, end }, { SWANLAB_API_KEY: key })
      for (const victim of victims) {
        await sleep(300)
        if (victim === 'server') {
          await killServer()
          // Some requests find nobody.
          await sleep(200)
          await startServer(port)
        } else if (victim === 'background') {
          killAll(trackerProcessesIn(logdir).flatMap(({ pid, what }) => (what === 'background process' ? [pid] : [])))
        } else {
          await training.logged
          training.child.kill('SIGKILL')
        }
      }
      expect(await training.ended).toBe(end === 'finish' ? 0 : 'SIGKILL')
      await until('nobody is left', () => trackerProcessesIn(logdir).length === 0)
      await killServer()

      expect(journalIn(training.run.dir).rows).toBe(STEPS)
      const stored = await storedBy(training.run.id)
      expect(stored.state).toBe(state)
      const all = Array.from({ length: STEPS }, (__, step) => step)
      expect(Object.fromEntries(stored.points)).toEqual(
        Object.fromEntries(Array.from({ length: KEYS }, (__, at) => [`key${at}`, all])),
      )
    },
    90_000,
  )
})
