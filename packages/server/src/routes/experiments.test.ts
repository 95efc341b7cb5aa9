import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { JournalReader } from '@swanlab/journal'
import { setUp } from '../testing/client.ts'
import { folderOf, log, newRun, scalar, useProjects } from '../testing/runs.ts'

const setting = await useProjects()
const { alice } = setting

it('a run that is asked for again is continued; its name stays; a request repeated on its way is new', async () => {
  const order = { name: 'first', cuid: 'mine', createdAt: '2026-11-24T00:25:25.897626Z' }
  const path = '/project/alice/cats/experiment'
  const made = await alice.call('POST', path, order)
  expect(made).toMatchObject({ status: 201, body: { slug: 'mine', name: 'first' } })
  expect(made.body.cuid).toMatch(/^[a-z0-9]{21}$/)
  expect((await alice.call('POST', path, order)).status).toBe(201)
  await log(alice, made.body.cuid as string, 'scalar', [scalar('loss', 0, 1)])
  const again = await alice.call('POST', path, { ...order, name: 'second', createdAt: '2026-11-24T01:00:00Z' })
  expect(again).toMatchObject({ status: 200, body: { name: 'first', cuid: made.body.cuid, state: 'RUNNING' } })
  expect(again.body.flagId).not.toBe(made.body.flagId)
  expect(await alice.call('POST', '/project/alice/open/experiment', { name: 'x', cuid: made.body.cuid })).toMatchObject(
    {
      status: 409,
      reason: 'Conflict',
    },
  )
  for (const id of ['mine', made.body.cuid])
    expect((await alice.call('GET', `/project/alice/cats/runs/${id}`)).body.slug).toBe('mine')
})

it('of concurrent requests one makes the run and the others continue it; in two projects one is refused', async () => {
  const ask = (project: string, cuid: string, createdAt?: string) =>
    alice.call('POST', `/project/alice/${project}/experiment`, { name: 'x', cuid, createdAt })
  const same = await Promise.all([1, 2, 3].map((second) => ask('cats', 'together', `2026-11-24T00:00:0${second}Z`)))
  expect(same.map(({ status }) => status).toSorted()).toEqual([200, 200, 201])
  expect(new Set(same.map(({ body }) => body.cuid as string)).size).toBe(1)
  const apart = await Promise.all(['cats', 'open'].map((project) => ask(project, 'z'.repeat(21))))
  expect(apart.map(({ status }) => status).toSorted()).toEqual([201, 409])
})

it('what is known of a run is merged, and its end is kept until it goes on', async () => {
  const { cuid, slug } = await newRun(alice)
  const path = `/project/alice/cats/runs/${cuid}`
  await alice.call('PUT', `${path}/profile`, { config: { lr: { value: 1, sort: 0, desc: '' } } })
  await alice.call('PUT', `${path}/profile`, { metadata: { hardware: { cpu: 8 }, git: 'x' } })
  await alice.call('PUT', `${path}/profile`, { metadata: { hardware: null, runtime: 'y' } })
  await alice.call('PUT', `${path}/state`, { state: 'CRASHED', finishedAt: '2026-11-24T02:00:00Z' })
  expect((await alice.call('GET', path)).body).toMatchObject({
    state: 'CRASHED',
    finishedAt: '2026-11-24T02:00:00.000Z',
    profile: { config: { lr: { value: 1 } }, metadata: { hardware: { cpu: 8 }, git: 'x', runtime: 'y' } },
  })
  expect(readFileSync(join(folderOf(setting, 'cats', cuid), 'files/config.yaml'), 'utf8')).toContain('lr')
  await alice.call('POST', '/project/alice/cats/experiment', { name: 'x', cuid: slug })
  expect((await alice.call('GET', path)).body).toMatchObject({ state: 'RUNNING', finishedAt: null })
  const types = [...new JournalReader(join(folderOf(setting, 'cats', cuid), 'journal.jsonl'))].map(({ type }) => type)
  expect(types).toEqual(['header', 'config', 'metadata', 'metadata', 'finish', 'resume'])
})

it('a run that was deleted says so in the message that makes clients stop, and takes data without keeping it', async () => {
  const { cuid, slug } = await newRun(alice)
  expect((await alice.call('DELETE', `/project/alice/cats/runs/${cuid}`)).status).toBe(200)
  expect(await alice.call('POST', '/project/alice/cats/experiment', { name: 'x', cuid: slug })).toMatchObject({
    status: 404,
    reason: 'Disabled Resource',
  })
  expect((await log(alice, cuid, 'scalar', [scalar('a', 0, 1)])).status).toBe(200)
  expect(await alice.call('POST', `/experiment/${cuid}/columns`, [])).toMatchObject({
    status: 404,
    body: { code: 'Disabled_Resource' },
  })
})

it('a run without heartbeats is offline', async () => {
  let now = Date.now()
  const own = await setUp({ clock: () => now })
  await own.alice.call('POST', '/projects/alice', { name: 'p' })
  const { body } = await own.alice.call('POST', '/project/alice/p/experiment', { name: 'x' })
  const path = `/project/alice/p/runs/${body.cuid}`
  now += 3_600_000
  expect((await own.alice.call('GET', path)).body.state).toBe('RUNNING')
  await own.alice.call('POST', `/house/experiments/${body.cuid}/heartbeat`, { flagId: '123456' })
  expect((await own.alice.call('GET', path)).body.state).toBe('RUNNING')
  now += 21 * 60_000
  expect((await own.alice.call('GET', path)).body.state).toBe('OFFLINE')
  await own.server.close()
})
