import { rmSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { unusedPort } from '../../core/src/kernel/testing/port.ts'
import { createServer } from './server.ts'
import { setUp, type Setting } from './testing/client.ts'
import { exchangesOf, lost, missing, Replay, type Outcome } from './testing/replay.ts'

let setting: Setting

afterEach(async () => {
  await setting.server.close()
  rmSync(setting.dataDir, { recursive: true, force: true })
})

/**
 * Plays a recording; says, for each exchange, which run it was about.
 *
 * @param options - Every `restarts` exchanges the server is another one.
 */
async function play(
  file: string,
  { restarts = Infinity, prefix = '/api' } = {},
): Promise<{ outcomes: Outcome[]; cuids: string[] }> {
  setting = await setUp({ port: await unusedPort() })
  const replay = new Replay(setting.server.url, await setting.server.storage.createKey('alice'), prefix)
  const outcomes: Outcome[] = []
  const cuids: string[] = []
  for (const exchange of exchangesOf(file)) {
    if (outcomes.length % restarts === restarts - 1) await restart()
    outcomes.push(await replay.play(exchange))
    const { experimentId = '' } = (exchange.body ?? {}) as { experimentId?: string }
    cuids.push(replay.nameOf(experimentId))
  }
  return { outcomes, cuids }
}

async function restart(): Promise<void> {
  const { server, dataDir } = setting
  await server.close()
  setting = { ...setting, server: await createServer({ dataDir, port: Number(new URL(server.url).port) }) }
}

describe('whole runs as unmodified clients sent them', () => {
  it.each([
    ['0.6.8', '/api'],
    ['0.6.8', ''],
    ['0.7.20', '/api'],
    ['0.7.20', ''],
    ['0.9.7', '/api'],
    ['0.10.3', '/api'],
  ])(
    'SwanLab %s under "%s": every answer is one that it understands, and everything it logged is there',
    async (version, prefix) => {
      const { outcomes, cuids } = await play(`wire-${version}-run.jsonl`, { prefix })
      for (const { exchange, status, answer } of outcomes) {
        const { method, path } = exchange
        const allowed = path === '/api/projects/alice' ? [200, 201] : [exchange.status]
        expect(allowed, `${method} ${path}: ${status} ${JSON.stringify(answer).slice(0, 200)}`).toContain(status)
        if (status < 300) expect(missing(exchange.response, answer), `${method} ${path}`).toEqual([])
      }
      expect(await lost(outcomes, cuids, setting.server.storage)).toEqual([])
      const project = setting.server.storage.project('alice', 'demo')!
      const states = new Set(setting.server.storage.runs(project).map(({ state }) => state))
      expect([...states].toSorted()).not.toContain('RUNNING')
    },
  )

  it.each(['0.7.20', '0.10.3'])(
    'SwanLab %s does not notice that the server was restarted, again and again',
    async (version) => {
      const { outcomes, cuids } = await play(`wire-${version}-run.jsonl`, { restarts: 4 })
      for (const { exchange, status } of outcomes)
        expect(exchange.path === '/api/projects/alice' ? exchange.status : status).toBe(exchange.status)
      expect(await lost(outcomes, cuids, setting.server.storage)).toEqual([])
    },
  )
})

describe('runs as unmodified clients read them', () => {
  it('every answer of the read API holds what the clients parse', async () => {
    setting = await setUp()
    const { server, alice } = setting
    await alice.call('POST', '/projects/alice', { name: 'demo' })
    const order = { name: 'run-one', cuid: 'e1', labels: [{ name: 'a' }], job: 'train', cluster: 'g' }
    const { body: run } = await alice.call('POST', '/project/alice/demo/experiment', order)
    const log = (type: string, metrics: object[]) =>
      alice.call('POST', '/house/metrics', { projectId: 'p', experimentId: run.cuid, type, metrics })
    await log('scalar', [
      { key: 'loss', index: 0, data: 1 },
      { key: 'loss', index: 1, data: 0.5 },
    ])
    await log('media', [{ key: 'img', index: 0, data: ['media/image/000-aaaa.png'], more: [{ caption: 'c' }] }])
    await log('log', [{ epoch: 1, level: 'INFO', message: 'hi' }])
    await alice.call('PUT', `/project/alice/demo/runs/e1/profile`, {
      config: { lr: { value: 0.1, sort: 0, desc: '' } },
    })
    await alice.call('PUT', `/project/alice/demo/runs/e1/state`, { state: 'FINISHED' })
    const replay = new Replay(server.url, await server.storage.createKey('alice'))
    replay.call('e1', run.cuid as string)
    for (const exchange of exchangesOf('wire-read-api.jsonl')) {
      const { status, answer } = await replay.play(exchange)
      const { method, path } = exchange
      expect(status, `${method} ${path}: ${JSON.stringify(answer).slice(0, 200)}`).toBe(exchange.status)
      const differs = missing(replay.inOurNames(exchange.response), answer).filter((member) => !OPTIONAL.test(member))
      expect(differs, `${method} ${path}`).toEqual([])
    }
  })
})

/** Members that clients do without: colours of labels, the page of a project, its labels. */
const OPTIONAL = /colors$|\.url$|projectLabels/
