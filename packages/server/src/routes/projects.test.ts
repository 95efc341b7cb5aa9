import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { log, newRun, scalar, useProjects } from '../testing/runs.ts'

const setting = await useProjects()
const { alice, bob } = setting

it('both generations of clients make projects', async () => {
  const made = await alice.call('POST', '/project', { name: 'old' })
  expect(made).toMatchObject({ status: 201, body: { username: 'alice', version: 1 } })
  expect(await alice.call('POST', '/project', { name: 'old' })).toMatchObject({
    status: 409,
    body: { username: 'alice' },
  })
  expect((await alice.call('POST', '/projects/alice', { name: 'old', visibility: 'PRIVATE' })).status).toBe(200)
  expect(await alice.call('POST', '/project', { name: 'old', username: 'nobody' })).toMatchObject({
    status: 404,
    reason: 'Not Found',
  })
  expect(await alice.call('GET', '/project/alice/old')).toMatchObject({
    status: 200,
    body: { path: 'alice/old', group: { username: 'alice' }, _count: { experiments: 0 }, version: 1 },
  })
})

it.each(['..', '.', '../../etc', 'a/b', 'a b', 'x'.repeat(101), ''])(
  'a project named %j stays in its folder',
  async (name) => {
    const { status } = await alice.call('POST', '/projects/alice', { name, visibility: 'PRIVATE' })
    expect([201, 400]).toContain(status)
    expect(existsSync(join(setting.dataDir, 'projects', 'project.json'))).toBe(false)
    expect(existsSync(join(setting.dataDir, 'project.json'))).toBe(false)
  },
)

it('a project of somebody else is not there, unless it is public, and then it is only read', async () => {
  const { cuid } = await newRun(alice)
  const { cuid: visible } = await newRun(alice, 'open')
  expect(await bob.call('GET', '/project/alice/cats')).toMatchObject({ status: 404, reason: 'Not Found' })
  expect(await bob.call('GET', `/project/alice/cats/runs/${cuid}`)).toMatchObject({ status: 404 })
  expect(await bob.call('GET', '/project/alice/open')).toMatchObject({ status: 200 })
  expect(await bob.call('GET', `/project/alice/open/runs/${visible}`)).toMatchObject({ status: 200 })
  for (const [method, path, body] of [
    ['POST', '/projects/alice', { name: 'x', visibility: 'PRIVATE' }],
    ['POST', '/project/alice/open/experiment', { name: 'x' }],
    ['PUT', `/project/alice/open/runs/${visible}/state`, { state: 'FINISHED' }],
    ['POST', '/projects/alice/open/series', { series: [] }],
    ['DELETE', '/project/alice/open', undefined],
  ] as const)
    expect(await bob.call(method, path, body)).toMatchObject({ status: 403, reason: 'Forbidden' })
  expect((await log(bob, visible, 'scalar', [scalar('a', 0, 1)])).status).toBe(403)
  expect((await bob.call('GET', '/project/alice')).body.list.map(({ name }: { name: string }) => name)).toEqual([
    'open',
  ])
})
