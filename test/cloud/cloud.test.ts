import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sync } from 'swanlab'
import { unusedPort } from '../../packages/core/src/kernel/testing/port.ts'
import { TrackingServer } from '../../packages/cloud/src/testing/tracking-server.ts'
import { killAll, killBoth, until } from '../background/start.ts'
import { trackerProcessesIn } from '../orphans.ts'
import { train } from './start.ts'

let server: TrackingServer
let logdir: string

beforeEach(async () => {
  server = await new TrackingServer().start(await unusedPort())
  logdir = mkdtempSync(join(tmpdir(), 'cloud-'))
})

afterEach(async () => {
  await until('no background process is left', () => backgroundOf(logdir).length === 0)
  await server.stop()
  rmSync(logdir, { recursive: true, force: true })
})

const order = (rest: object): object => ({
  options: { project: 'cats', logdir },
  steps: 2_000,
  keys: 2,
  pause: 0,
  end: 'wait',
  ...rest,
})
const stateOf = (id: string): string | undefined => server.runs.get(id)?.state

describe('a run in cloud mode, its uploader in the background process', () => {
  it('everything is on the server when the program ends', async () => {
    const { run, ended, stderr } = await train(server.url, order({ end: 'finish' }))
    expect(await ended, stderr()).toBe(0)
    expect(stateOf(run.id)).toBe('FINISHED')
    expect(server.scalars.size).toBe(4_000)
    expect(server.received).toBe(4_000)
    expect(stderr()).toContain(`View it at ${run.url}`)
  })

  it('an exception: CRASHED, with its text in the log', async () => {
    const { run, ended } = await train(server.url, order({ end: 'throw' }))
    expect(await ended).toBe(1)
    await until('the end has arrived', () => stateOf(run.id) === 'CRASHED')
    expect([...server.lines.values()].find(({ level }) => level === 'ERROR')?.message).toContain('RangeError: diverged')
    expect(server.scalars.size).toBe(4_000)
  })

  it('kill -9 of the training: every row, and CRASHED', async () => {
    const { child, run, logged, ended } = await train(server.url, order({}))
    await logged
    child.kill('SIGKILL')
    expect(await ended).toBe('SIGKILL')
    await until('the end has arrived', () => stateOf(run.id) === 'CRASHED')
    expect(server.scalars.size).toBe(4_000)
  })

  it('kill -9 of the background process: another one resumes, and repeats at most the requests in flight', async () => {
    const { run, ended } = await train(server.url, order({ steps: 400, keys: 3, pause: 10, end: 'finish' }))
    await until('something has arrived', () => server.received > 300)
    const before = server.received
    killAll(backgroundOf(logdir))
    expect(await ended).toBe(0)
    expect(stateOf(run.id)).toBe('FINISHED')
    expect(server.scalars.size).toBe(1_200)
    expect(server.received).toBeGreaterThan(before)
    const sizes = server
      .to(/POST \/api\/house\/metrics$/)
      .map(({ body }) => (body as { metrics: unknown[] }).metrics.length)
    expect(server.received - 1_200).toBeLessThanOrEqual(Math.max(...sizes))
  })

  it('kill -9 of both: sync brings the server to the same state', async () => {
    const { child, run, logged } = await train(server.url, order({}))
    await logged
    await killBoth(child, run.dir)
    const credentials = { apiKey: 'key', host: server.url, report: () => {} }
    expect(await sync(run.dir, credentials)).toMatchObject({ complete: true, state: 'crashed' })
    expect(stateOf(run.id)).toBe('CRASHED')
    expect(server.scalars.size).toBe(4_000)
    expect(server.runs.size).toBe(1)
  })

  it('kill -9 of both: the next run in that folder ends and uploads the lost one, too', async () => {
    const lost = await train(server.url, order({}))
    await lost.logged
    await killBoth(lost.child, lost.run.dir)
    const next = await train(server.url, order({ steps: 10, end: 'finish' }))
    expect(await next.ended).toBe(0)
    await until('the lost run has arrived', () => stateOf(lost.run.id) === 'CRASHED')
    expect(server.scalars.size).toBe(4_000)
    expect(stateOf(next.run.id)).toBe('FINISHED')
  })

  it('the server goes away in mid-run and comes back: every point once', async () => {
    const { run, ended } = await train(server.url, order({ steps: 300, pause: 10, end: 'finish' }))
    await until('something has arrived', () => server.received > 100)
    const { url } = server
    const earlier = server
    await server.stop()
    await sleep(1_500)
    server = new TrackingServer()
    for (const key of ['projects', 'runs', 'scalars', 'series'] as const)
      for (const [name, value] of earlier[key]) (server[key] as Map<string, unknown>).set(name, value)
    await server.start(Number(new URL(url).port))
    expect(await ended).toBe(0)
    expect(stateOf(run.id)).toBe('FINISHED')
    expect(server.scalars.size).toBe(600)
  })

  it('20,000 steps of 10 keys that are logged at once', async () => {
    const { run, ended } = await train(server.url, order({ steps: 20_000, keys: 10, end: 'finish' }))
    expect(await ended).toBe(0)
    await until('everything has arrived', () => stateOf(run.id) === 'FINISHED')
    expect(server.scalars.size).toBe(200_000)
    expect(server.received).toBe(200_000)
  })
})

/** Background processes of runs in a logdir. */
function backgroundOf(folder: string): number[] {
  return trackerProcessesIn(folder).flatMap(({ pid, what }) => (what === 'background process' ? [pid] : []))
}
