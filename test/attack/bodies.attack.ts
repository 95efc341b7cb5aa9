import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPrinted, type PrintedServer } from '../interop/server.ts'
import { scale } from './scale.ts'

const COMMAND = fileURLToPath(new URL('../../packages/swanlab/dist/cli/main.js', import.meta.url))
const FLOOD = fileURLToPath(new URL('flood.mjs', import.meta.url))
const BYTES = scale(120, 24) * 1024 * 1024
const AT_ONCE = scale(6, 3)
const run = promisify(execFile)

const dir = mkdtempSync(join(tmpdir(), 'bodies-'))
let server: PrintedServer
let host = ''
let honest = ''
let hostile = ''

const login = async (key: string): Promise<string> => {
  const answer = await fetch(`${host}/login/api_key`, { method: 'POST', headers: { authorization: key } })
  return `sid=${((await answer.json()) as { sid: string }).sid}`
}

async function send(cookie: string, path: string, body: object): Promise<number> {
  const headers = { 'content-type': 'application/json', cookie }
  const answer = await fetch(`${host}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  await answer.text()
  return answer.status
}

/** Logs 1,000 points at a time until something is done. @returns milliseconds of each, in order of length. */
async function ingestDuring(work: Promise<unknown>): Promise<number[]> {
  const isDone = work.then(() => true)
  const times: number[] = []
  for (let step = 0; !(await Promise.race([isDone, pause(20)])); step++) {
    const metrics = Array.from({ length: 1_000 }, (_, at) => ({ key: `k${at}`, index: step, data: at }))
    const begin = performance.now()
    expect(
      await send(honest, '/house/metrics', { type: 'scalar', experimentId: `run-of-${server.user}`, metrics }),
    ).toBe(200)
    times.push(performance.now() - begin)
  }
  return times.toSorted((a, b) => a - b)
}

/** @param times - In order of length. */
const at = (times: readonly number[], share: number): number => Math.round(times[Math.floor(times.length * share)] ?? 0)

/** The most memory that the server has had, in MB. Absent where the system does not say. */
function peakMemory(): number | undefined {
  try {
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8')
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
  } catch {
    return undefined
  }
}

beforeAll(async () => {
  const dataDir = join(dir, 'data')
  server = await startPrinted(dataDir, ['--max-old-space-size=1024'])
  host = server.env['SWANLAB_API_HOST']!
  honest = await login(server.env['SWANLAB_API_KEY']!)
  const { stdout } = await run(process.execPath, [COMMAND, ...['server', 'user', 'add', 'mallory', '--data', dataDir]])
  hostile = await login(/[0-9A-Za-z]{21}/.exec(stdout)![0])
  for (const [cookie, user] of [
    [honest, server.user],
    [hostile, 'mallory'],
  ] as const) {
    await send(cookie, `/projects/${user}`, { name: 'cats' })
    expect(await send(cookie, `/project/${user}/cats/experiment`, { name: 'run', cuid: `run-of-${user}` })).toBe(201)
  }
})

afterAll(async () => {
  await server.close()
  rmSync(dir, { recursive: true, force: true })
})

/** Sends so many bodies of junk at once. @returns what they were answered. */
async function flood(path: string, cookie: string, before: string, after: string): Promise<number[]> {
  // Each byte of this costs 20 of a heap when it is parsed.
  const order = { url: `${host}${path}`, cookie, before, junk: '{},', after, bytes: BYTES, count: AT_ONCE }
  const { stdout } = await run(process.execPath, [FLOOD, JSON.stringify(order)])
  return JSON.parse(stdout) as number[]
}

const METRICS = '/house/metrics'
const LIST = '{"type":"scalar","experimentId":"run-of-mallory","metrics":['

it.each([
  ['without a session', METRICS, '', LIST, '{}]}', [401]],
  ['as points', METRICS, 'hostile', LIST, '{}]}', [200, 507]],
  ['as a question', '/house/metrics/scalar', 'hostile', LIST, '{}]}', [413]],
  ['as one point', METRICS, 'hostile', `${LIST}[`, '{}]]}', [200, 507]],
  ['as what is in no list', METRICS, 'hostile', '{"metrics":{"a":[', '{}]}}', [400, 507]],
] as const)('large bodies of junk sent %s, some at once, keep nobody waiting', async (...attack) => {
  const [what, path, who, before, after, allowed] = attack
  const calm = at(await ingestDuring(pause(scale(2_000, 500))), 0.99)
  const attacks = flood(path, who && hostile, before, after)
  const times = await ingestDuring(attacks)
  for (const status of await attacks) expect(allowed).toContain(status)
  console.log(
    `${what}: ${AT_ONCE} of ${Math.round(BYTES / 1e6)} MB; ${times.length} ingests of 1,000 points took ` +
      `${at(times, 0.5)} ms, 99 of 100 at most ${at(times, 0.99)} ms (${calm} ms before); the server has had ${Math.round(peakMemory() ?? 0)} MB`,
  )
  // Where other work takes the processors, an ingest takes longer also without an attack. In short form, only what would
  // hang fails.
  expect(at(times, 0.99)).toBeLessThan(Math.max(scale(500, 5_000), 3 * calm))
  expect(peakMemory() ?? 0).toBeLessThan(1_500)
})
