import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodeLog, encodeRecord } from '@swanlab/journal'
import { HEADER, rows } from '../../packages/dashboard/src/testing/journals.ts'
import { scale } from './scale.ts'

const COMMAND = fileURLToPath(new URL('../../packages/swanlab/dist/cli/main.js', import.meta.url))
const FLOOD = fileURLToPath(new URL('requests.mjs', import.meta.url))
const PER_SECOND = scale(10_000, 2_000)
const SECONDS = scale(10, 2)
const CALM = scale(3_000, 500)
const run = promisify(execFile)

let logdir: string
let server: ChildProcess
let url: URL
let step = 20_000

const token = (): string => url.hash.slice('#t='.length)
const headers = (): Record<string, string> => ({ authorization: `Bearer ${token()}` })
const query = (width: number): string =>
  JSON.stringify({ queries: [{ id: 'q', runs: ['run-a'], key: 'train/loss', x: { kind: 'step' }, width }] })

beforeAll(async () => {
  logdir = mkdtempSync(join(tmpdir(), 'attack-watch-'))
  mkdirSync(join(logdir, 'run-a'))
  writeFileSync(join(logdir, 'run-a', 'journal.jsonl'), encodeRecord(HEADER) + rows(step))
  server = spawn(process.execPath, [COMMAND, 'watch', logdir, '--port', '0', '--no-open', '--no-cache'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: server.stdout! }))
    if (line.startsWith('http:')) {
      url = new URL(line)
      break
    }
})
afterAll(async () => {
  const ended = once(server, 'exit')
  server.kill('SIGINT')
  expect(await ended).toEqual([0, null])
  rmSync(logdir, { recursive: true, force: true })
})

/** Asks as a page does, one after the other, while something is done. @returns milliseconds of each, in order of length. */
async function askDuring(work: Promise<unknown>): Promise<number[]> {
  const isDone = work.then(() => true)
  const times: number[] = []
  do {
    const begin = performance.now()
    const answer = await fetch(new URL('/api/dashboard/series', url), {
      method: 'POST',
      headers: { ...headers(), 'content-type': 'application/json' },
      body: query(1_000),
    })
    expect(answer.status).toBe(200)
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(10_000)
    times.push(performance.now() - begin)
  } while (!(await Promise.race([isDone, pause(20)])))
  return times.toSorted((a, b) => a - b)
}

/** Resolves when a row that is logged now comes out of an event stream. */
async function logAndSee(): Promise<void> {
  const stop = new AbortController()
  const { body } = await fetch(new URL('/api/dashboard/events?runs=run-a&cursor=', url), {
    headers: headers(),
    signal: stop.signal,
  })
  step++
  appendFileSync(join(logdir, 'run-a', 'journal.jsonl'), encodeLog({ step, time: 2_000, data: { 'train/loss': 1 } }))
  let text = ''
  for await (const piece of body!.pipeThrough(new TextDecoderStream())) {
    text += piece
    if (text.includes(`"lastStep":${step},`)) break
  }
  stop.abort()
}

/** @param times - In order of length. */
const at = (times: readonly number[], share: number): number => Math.round(times[Math.floor(times.length * share)] ?? 0)

/** The most memory that the server has had, in MB. Absent where the system does not say. */
function peakMemory(): number | undefined {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) / 1024
  } catch {
    return undefined
  }
}

const get = (path: string, more: string): string => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n${more}\r\n`

it.each<[string, () => string[], readonly number[]]>([
  ['without the token', () => [get('/api/dashboard/runs', ''), get('/api/dashboard/events', '')], [401]],
  ['for another host', () => ['GET / HTTP/1.1\r\nhost: evil.example\r\n\r\n'], [421]],
  ['for files that are not there', () => [get('/..%2f', ''), get('/assets/x.js', ''), get('/api/x', '')], [200, 404]],
  [
    'for the list, by whoever may',
    () => [get('/api/dashboard/runs', `authorization: Bearer ${token()}\r\n`)],
    [200, 503],
  ],
  [
    'for a chart, by whoever may',
    () => {
      const body = query(100)
      const head = `content-type: application/json\r\ncontent-length: ${body.length}\r\nauthorization: Bearer ${token()}\r\n`
      return [`POST /api/dashboard/series HTTP/1.1\r\nhost: localhost\r\n${head}\r\n${body}`]
    },
    [200, 503],
  ],
])(`${PER_SECOND} requests a second %s keep no page waiting`, async (what, requests, allowed) => {
  const calm = await askDuring(pause(CALM))
  const order = { port: url.port, requests: requests(), perSecond: PER_SECOND, seconds: SECONDS, sockets: 50 }
  const attack = run(process.execPath, [FLOOD, JSON.stringify(order)])
  const times = await askDuring(attack)
  const { sent, answered, statuses } = JSON.parse((await attack).stdout) as {
    sent: number
    answered: number
    statuses: Record<string, number>
  }
  for (const status of Object.keys(statuses)) expect(allowed).toContain(Number(status))
  expect(answered).toBeGreaterThan(0)
  await logAndSee()
  console.log(
    `${what}: ${Math.round(sent / SECONDS)} a second were sent, ${Math.round(answered / SECONDS)} answered; a chart took ` +
      `${at(times, 0.5)} ms, 99 of 100 at most ${at(times, 0.99)} ms (${at(calm, 0.5)} and ${at(calm, 0.99)} ms before); the server has had ${Math.round(peakMemory() ?? 0)} MB`,
  )
  // On a machine that has other things to do, only what would hang fails.
  expect(at(times, 0.5)).toBeLessThan(Math.max(scale(300, 1_000), 5 * at(calm, 0.5)))
  expect(at(times, 0.99)).toBeLessThan(Math.max(scale(5_000, 10_000), 5 * at(calm, 0.99)))
  expect(peakMemory() ?? 0).toBeLessThan(700)
})
