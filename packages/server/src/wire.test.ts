import { rmSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { setUp, type Setting } from './testing/client.ts'
import { exchangesOf, lost, missing, Replay, type Outcome } from './testing/replay.ts'

let setting: Setting

afterEach(async () => {
  await setting.server.close()
  rmSync(setting.dataDir, { recursive: true, force: true })
})

/** Plays a recording; says, for each exchange, which run it spoke of. */
async function play(file: string): Promise<{ outcomes: Outcome[]; cuids: string[] }> {
  setting = await setUp()
  const replay = new Replay(setting.server.url, await setting.server.storage.createKey('alice'))
  const outcomes: Outcome[] = []
  const cuids: string[] = []
  for (const exchange of exchangesOf(file)) {
    outcomes.push(await replay.play(exchange))
    const { experimentId = '' } = (exchange.body ?? {}) as { experimentId?: string }
    cuids.push(replay.nameOf(experimentId))
  }
  return { outcomes, cuids }
}

describe('whole runs as unmodified clients sent them', () => {
  it.each(['0.6.8', '0.7.20', '0.9.7', '0.10.3'])(
    'SwanLab %s: every answer is one that it understands, and everything it logged is there',
    async (version) => {
      const { outcomes, cuids } = await play(`wire-${version}-run.jsonl`)
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
})
