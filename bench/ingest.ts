import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CLIENTS = 8
const SECONDS = 15
/** Points in one request. */
const BATCH = 1_000
const KEYS = 10

/** Points taken by the server over real loopback HTTP, each on the disk before it is acknowledged. */
export async function benchIngest(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ingest-'))
  const program = fileURLToPath(new URL('ingest-server.ts', import.meta.url))
  const server = fork(program, [dataDir], { execArgv: process.execArgv.filter((arg) => arg !== '--expose-gc') })
  const [{ url, key }] = (await once(server, 'message')) as [{ url: string; key: string }]
  const memory = async (): Promise<number> => {
    server.send('memory')
    return ((await once(server, 'message')) as [{ memory: number }])[0].memory / 1e6
  }
  const times: number[] = []
  const until = performance.now() + SECONDS * 1_000
  const early = new Promise<number>((resolve) => setTimeout(() => resolve(memory()), SECONDS * 300))
  const begin = performance.now()
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => logFor(url, key, client, until, times)))
  const seconds = (performance.now() - begin) / 1_000
  const [before, after] = [await early, await memory()]
  server.send('stop')
  await once(server, 'exit')
  rmSync(dataDir, { recursive: true, force: true })
  times.sort((a, b) => a - b)
  const at = (share: number): string => times[Math.floor(times.length * share)]!.toFixed(0)
  const rate = Math.round((times.length * BATCH) / seconds / 1_000)
  return [
    `ingest, ${CLIENTS} clients, ${BATCH} points a request, ${KEYS} keys a step, ${SECONDS} s:`,
    `  ${rate},000 points/s; a request takes ${at(0.5)} ms, 99 of 100 within ${at(0.99)} ms`,
    `  server: ${before.toFixed(0)} MB after a third of the time, ${after.toFixed(0)} MB at the end`,
  ].join('\n')
}

async function logFor(url: string, key: string, client: number, until: number, times: number[]): Promise<void> {
  const json = { 'content-type': 'application/json' }
  const call = async (path: string, body: unknown, headers: Record<string, string>): Promise<unknown> => {
    const answer = await fetch(`${url}/api${path}`, {
      method: 'POST',
      headers,
      body: body ? JSON.stringify(body) : null,
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
    return answer.json()
  }
  const { sid } = (await call('/login/api_key', undefined, { authorization: key })) as { sid: string }
  const headers = { ...json, cookie: `sid=${sid}` }
  await call('/projects/bench', { name: 'ingest', visibility: 'PRIVATE' }, headers)
  const order = { name: `run-${client}`, cuid: `client${client}` }
  const { cuid } = (await call('/project/bench/ingest/experiment', order, headers)) as { cuid: string }
  for (let step = 0; performance.now() < until; step += BATCH / KEYS) {
    const metrics = Array.from({ length: BATCH }, (_, at) => ({
      key: `key${at % KEYS}`,
      index: step + Math.floor(at / KEYS),
      data: at / 7,
      create_time: new Date(1.7e12 + step + Math.floor(at / KEYS)).toISOString(),
    }))
    const body = JSON.stringify({ type: 'scalar', projectId: 'p', experimentId: cuid, metrics })
    const begin = performance.now()
    const answer = await fetch(`${url}/api/house/metrics`, { method: 'POST', headers, body })
    await answer.text()
    if (!answer.ok) throw new Error(`metrics: ${answer.status}`)
    times.push(performance.now() - begin)
  }
}
