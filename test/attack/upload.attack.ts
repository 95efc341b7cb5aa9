import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TrackingServer } from '../../packages/cloud/src/testing/tracking-server.ts'
import { until } from '../background/start.ts'
import { train } from '../cloud/start.ts'
import { expectNoOrphans } from '../orphans.ts'

test('100,000 steps of 10 keys that are logged at once arrive, each once', async () => {
  const server = await new TrackingServer().start()
  const logdir = mkdtempSync(join(tmpdir(), 'upload-'))
  const order = { options: { project: 'cats', logdir }, steps: 100_000, keys: 10, pause: 0, end: 'finish' }
  const { run, ended } = await train(server.url, order)
  expect(await ended).toBe(0)
  await until('everything has arrived', () => server.runs.get(run.id)?.state === 'FINISHED', 120_000)
  expect(server.scalars.size).toBe(1_000_000)
  expect(server.received).toBe(1_000_000)
  if (process.platform === 'linux') await expectNoOrphans(logdir)
  await server.stop()
  rmSync(logdir, { recursive: true, force: true })
})
