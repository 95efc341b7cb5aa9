import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createKey, createUser } from '@swanlab/server'
import { compiled } from '../compiled.ts'
import { scale } from './scale.ts'

/** What an honest ingest of 1,000 records may take under attack, in milliseconds: 99 of 100 within it. */
const GOAL = 500

const STEPS = scale(400, 40)
const KEYS = 5_000
const RUNS = scale(2_000, 100)
const EXPORTS = scale(64, 16)

let dataDir: string
let server: ChildProcess
let url: string
let aliceKey: string
let cookie: string
/** A run of `STEPS` steps, each with a value for `KEYS` keys. */
let wide: string

interface Answer {
  readonly status: number
  readonly bytes: number
}

/** Sends a request, and takes the answer without keeping it. */
function send(method: string, path: string, body?: unknown, host?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { cookie, 'content-type': 'application/json', ...(host && { host }) }
    const sent = request(`${url}/api${path}`, { method, headers, agent: false }, (answer) => {
      let bytes = 0
      answer.on('data', (chunk: Buffer) => (bytes += chunk.length))
      answer.once('end', () => resolve({ status: answer.statusCode!, bytes }))
      answer.once('error', reject)
    })
    sent.once('error', reject)
    sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
  })
}

async function json(path: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}/api${path}`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`)
  return (await answer.json()) as Record<string, unknown>
}

async function newRun(name: string): Promise<string> {
  return (await json('/project/mallory/p/experiment', { name, cuid: name }))['cuid'] as string
}

/** Does something many times, some at once. */
async function each(count: number, work: (at: number) => Promise<unknown>): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (next < count) await work(next++)
    }),
  )
}

/** How long honest ingests take while something else happens, in milliseconds: 99 of 100 within it. */
async function ingestDuring(name: string, attack: () => Promise<unknown>): Promise<number> {
  const client = fork(compiled('attack/ingest'), [url, aliceKey], { execArgv: [] })
  await once(client, 'message')
  const begin = performance.now()
  await attack()
  const seconds = (performance.now() - begin) / 1_000
  const told = once(client, 'message') as Promise<[number[]]>
  client.send('stop')
  const [times] = await told
  times.sort((a, b) => a - b)
  const at = (share: number): number => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))]!)
  process.stdout.write(
    `${name}: ${seconds.toFixed(1)} s, ${times.length} ingests, median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms\n`,
  )
  return at(0.99)
}

/** Long enough for a hundred ingests. */
const ENOUGH = scale(3_000, 1_000)
const nothing = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, ENOUGH))

/** Again and again: short attacks would meet few ingests. */
async function repeated(attack: () => Promise<Answer | Answer[]>): Promise<Answer[]> {
  const until = performance.now() + ENOUGH
  const answers: Answer[] = []
  do answers.push(...[await attack()].flat())
  while (performance.now() < until)
  return answers
}

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'attack-'))
  server = spawn(process.execPath, [compiled('cloud/server'), dataDir, '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: server.stdout! }), 'line')) as [string]
  ;({ url, key: aliceKey } = JSON.parse(line) as { url: string; key: string })
  await createUser(dataDir, 'mallory')
  const login = await fetch(`${url}/api/login/api_key`, {
    method: 'POST',
    headers: { authorization: await createKey(dataDir, 'mallory') },
  })
  cookie = `sid=${((await login.json()) as { sid: string }).sid}`
  await json('/projects/mallory', { name: 'p', visibility: 'PRIVATE' })
  wide = await newRun('wide')
  const keys = Array.from({ length: KEYS }, (_, at) => `key${at}`)
  for (let step = 0; step < STEPS; step++) {
    const metrics = keys.map((key) => ({ key, index: step, data: Math.sin(step) }))
    await json('/house/metrics', { type: 'scalar', projectId: 'p', experimentId: wide, metrics })
  }
  await each(RUNS, async (at) => {
    const cuid = await newRun(`run${at}`)
    const config = { text: { value: 'x'.repeat(48_000), sort: 0, desc: '' } }
    await send('PUT', `/project/mallory/p/runs/${cuid}/profile`, { config })
  })
}, 400_000)

afterAll(async () => {
  const ended = once(server, 'exit')
  server.kill('SIGKILL')
  await ended
  rmSync(dataDir, { recursive: true, force: true })
})

const asked = (count: number): object[] => Array.from({ length: count }, () => ({ experimentId: wide, projectId: 'p' }))
const columns = (count: number): object[] =>
  Array.from({ length: count }, (_, at) => ({ experimentId: wide, experimentName: 'x', key: `key${at}` }))

it.each<[string, () => Promise<Answer | Answer[]>]>([
  [
    'media with 800,000 paths',
    async () => {
      const metrics = [{ key: 'image', index: 0, data: Array(scale(800_000, 200_000)).fill('a/b.c') }]
      return send('POST', '/house/metrics', { type: 'media', projectId: 'p', experimentId: wide, metrics })
    },
  ],
  [
    'media with a path each, 200,000 of them',
    async () => {
      const metrics = Array.from({ length: scale(200_000, 20_000) }, (_, index) => ({
        key: 'image',
        index,
        data: ['a/b.c'],
      }))
      return send('POST', '/house/metrics', { type: 'media', projectId: 'p', experimentId: wide, metrics })
    },
  ],
  [
    '200,000 addresses, with a host of 4,000 characters',
    async () => {
      const body = { experimentId: wide, paths: Array(200_000).fill('a') }
      return send('POST', '/resources/presigned/put', body, 'h'.repeat(4_000))
    },
  ],
  [
    '200,000 addresses, eight times at once',
    async () => {
      const body = JSON.stringify({ experimentId: wide, paths: Array(scale(200_000, 20_000)).fill('a') })
      return Promise.all(Array.from({ length: 8 }, () => send('POST', '/resources/presigned/put', body)))
    },
  ],
  [
    `a run of ${STEPS} steps of 5,000 keys, read by key`,
    async () => send('POST', '/house/metrics/scalar', { columns: columns(1) }),
  ],
  ['summaries that name one run twelve times', async () => send('POST', '/house/metrics/summaries', asked(12))],
  [
    `${EXPORTS} exports at once`,
    async () =>
      Promise.all(
        Array.from({ length: EXPORTS }, () =>
          send('POST', '/house/metrics/scalar/export', { columns: columns(scale(64, 8)) }),
        ),
      ),
  ],
  [
    `runs/shows with ${RUNS} runs`,
    async () => Promise.all(Array.from({ length: 4 }, () => send('POST', '/project/mallory/p/runs/shows', {}))),
  ],
])('an honest ingest goes on during %s', async (name, attack) => {
  const calm = await ingestDuring('  before', nothing)
  let answers: Answer[] = []
  const p99 = await ingestDuring(name, async () => {
    answers = await repeated(attack)
  })
  const statuses = new Set(answers.map(({ status }) => status))
  process.stdout.write(`  ${answers.length} answers: ${[...statuses].join(', ')}\n`)
  // Where other work takes the processors, an ingest takes longer also without an attack.
  expect(p99).toBeLessThan(Math.max(scale(GOAL, 4 * GOAL), 3 * calm))
})
