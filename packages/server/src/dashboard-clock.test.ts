import { expect, it } from 'vitest'
import { log, newRun, scalar, useProjects } from './testing/runs.ts'

const DAY = 24 * 3_600_000
let now = Date.now() + DAY

const setting = await useProjects({ clock: () => now })
const { alice } = setting

/** What a page asks, signed in by a key of alice's. */
async function session(): Promise<(path: string) => Promise<Record<string, unknown>>> {
  const key = await setting.server.storage.createKey('alice')
  const api = `${setting.server.url}/api/dashboard`
  const opened = await fetch(`${api}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  })
  const { token } = (await opened.json()) as { token: string }
  return async (path) => {
    const answer = await fetch(`${api}${path}`, { headers: { authorization: `Bearer ${token}` } })
    return { status: answer.status, ...((await answer.json()) as object) }
  }
}

it('shows runs whose clients have another time by a day, also when its own clock is put right', async () => {
  const run = await newRun(alice, 'cats', { cuid: 'ahead' })
  await log(alice, run.cuid, 'scalar', [scalar('loss', 1, 0.5), scalar('loss', 2, 0.25)])
  await alice.call('POST', `/house/experiments/${run.cuid}/heartbeat`, { flagId: run.flagId })
  const ask = await session()
  const seen = async (): Promise<unknown> => ask(`/runs/${run.cuid}`)
  const right = { status: 200, state: 'running', columns: [{ key: 'loss', count: 2, last: 0.25, lastStep: 2 }] }
  expect(await seen()).toMatchObject(right)
  now -= DAY
  expect(await seen()).toMatchObject(right)
  await alice.call('POST', `/house/experiments/${run.cuid}/heartbeat`, { flagId: run.flagId })
  now += 10 * 60_000
  expect(await seen()).toMatchObject(right)
  const { status } = await alice.call('PUT', '/project/alice/cats/runs/ahead/state', {
    state: 'FINISHED',
    finishedAt: new Date(now - 2 * DAY).toISOString(),
  })
  expect(status).toBe(200)
  expect(await seen()).toMatchObject({ status: 200, state: 'finished' })
})
