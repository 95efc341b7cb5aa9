import { setTimeout as sleep } from 'node:timers/promises'

/** An honest client in a process of its own: ingest.ts <url> <key>. Says how long each request took, when it is told to stop. */
const [url = '', key = ''] = process.argv.slice(2)
const RECORDS = 1_000
const headers: Record<string, string> = { 'content-type': 'application/json' }

async function post(path: string, body: unknown, more: Record<string, string> = {}): Promise<unknown> {
  const answer = await fetch(`${url}/api${path}`, {
    method: 'POST',
    headers: { ...headers, ...more },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`)
  return answer.json()
}

const { sid } = (await post('/login/api_key', {}, { authorization: key })) as { sid: string }
headers['cookie'] = `sid=${sid}`
await post('/projects/alice', { name: 'honest', visibility: 'PRIVATE' })
const { cuid } = (await post('/project/alice/honest/experiment', { name: 'run', cuid: 'honest' })) as { cuid: string }
const stop = new AbortController()
process.once('message', () => stop.abort())
const times: number[] = []
for (let step = 0; !stop.signal.aborted; step += RECORDS / 10) {
  const metrics = Array.from({ length: RECORDS }, (_, at) => ({
    key: `key${at % 10}`,
    index: step + Math.floor(at / 10),
    data: at / 7,
    create_time: new Date(1.7e12 + step).toISOString(),
  }))
  const begin = performance.now()
  await post('/house/metrics', { type: 'scalar', projectId: 'p', experimentId: cuid, metrics })
  times.push(performance.now() - begin)
  if (times.length === 1) process.send!('ready')
  await sleep(10)
}
process.send!(times, () => process.disconnect())
