import { expect, it } from 'vitest'
import { log, newRun, scalar, useProjects } from '../testing/runs.ts'

let now = Date.parse('2026-01-01T00:00:00Z')

const setting = await useProjects({ clock: () => now })
const { alice } = setting
const labels = (...names: string[]): object[] => names.map((name) => ({ name }))
await run('one', { labels: labels('base', 'cnn'), job: 'train', cluster: 'g1' }, 0.1, [3, 1])
await run('two', { labels: labels('base'), job: 'train', cluster: 'g2', description: 'Second Try' }, 0.02, [5])
await run('ten', { job: 'eval', cluster: 'g1' }, 10, ['nan'])
await run('bare', {})
await alice.call('PUT', '/project/alice/cats/runs/two/state', {
  state: 'FINISHED',
  finishedAt: '2026-01-02T00:00:00Z',
})

async function run(name: string, fields: object, lr?: number, losses: unknown[] = []): Promise<void> {
  now += 3_600_000
  const { cuid } = await newRun(alice, 'cats', { name, cuid: name, ...fields })
  if (lr === undefined) return
  const config = {
    lr: { value: lr, sort: 0, desc: '' },
    model: { value: { depth: lr * 10, kind: name }, sort: 1, desc: '' },
  }
  await alice.call('PUT', `/project/alice/cats/runs/${cuid}/profile`, { config })
  await log(
    alice,
    cuid,
    'scalar',
    losses.map((loss, at) => scalar('loss', at, loss)),
  )
}

const shows = (body?: object) => alice.call('POST', '/project/alice/cats/runs/shows', body)
const names = (list: { name: string }[]): string[] => list.map(({ name }) => name)
const stable = (key: string, op: string, ...value: unknown[]): object => ({ key, type: 'STABLE', op, value })

it.each<[string, object[], string[]]>([
  ['a state', [stable('state', 'EQ', 'FINISHED')], ['two']],
  ['not a state', [stable('state', 'NEQ', 'FINISHED')], ['bare', 'ten', 'one']],
  ['a job', [stable('job', 'EQ', 'train')], ['two', 'one']],
  ['a group and a job', [stable('cluster', 'EQ', 'g1'), stable('job', 'EQ', 'train')], ['one']],
  ['one of some names', [stable('name', 'IN', 'one', 'ten', 'x')], ['ten', 'one']],
  ['none of some names', [stable('name', 'NOT IN', 'one', 'ten')], ['bare', 'two']],
  ['a part of a description', [stable('description', 'CONTAIN', 'second')], ['two']],
  ['one of some labels', [stable('labels', 'IN', 'cnn', 'x')], ['one']],
  ['a label in common', [stable('labels', 'IN', 'base')], ['two', 'one']],
  ['exactly these labels', [stable('labels', 'EQ', 'cnn', 'base')], ['one']],
  ['no label', [stable('labels', 'EQ')], ['bare', 'ten']],
  ['none of the labels', [stable('labels', 'NOT IN', 'cnn')], ['bare', 'ten', 'two']],
  ['a user', [stable('user.username', 'EQ', 'alice')], ['bare', 'ten', 'two', 'one']],
  ['another user', [stable('user.username', 'EQ', 'bob')], []],
  [
    'a time',
    [stable('createdAt', 'GTE', '2026-01-01T02:00:00Z'), stable('createdAt', 'LTE', '2026-01-01T03:00:00Z')],
    ['ten', 'two'],
  ],
  ['a moment, however it is written', [stable('createdAt', 'EQ', '2026-01-01T03:00:00+01:00')], ['two']],
  ['an end', [stable('finishedAt', 'GTE', '2025-01-01')], ['two']],
  ['no group', [stable('cluster', 'EQ', '')], ['bare']],
  ['a number of the configuration', [{ key: 'lr', type: 'CONFIG', op: 'EQ', value: ['1e-1'] }], ['one']],
  ['a number as it is', [{ key: 'lr', type: 'CONFIG', op: 'EQ', value: [0.02] }], ['two']],
  ['numbers as numbers', [{ key: 'lr', type: 'CONFIG', op: 'GTE', value: ['0.1'] }], ['ten', 'one']],
  ['a path in the configuration', [{ key: 'model.kind', type: 'CONFIG', op: 'EQ', value: ['ten'] }], ['ten']],
  ['a name of every object', [{ key: 'constructor.name', type: 'CONFIG', op: 'EQ', value: ['Object'] }], []],
  ['the last value of a key', [{ key: 'loss', type: 'SCALAR', op: 'LTE', value: ['3'] }], ['one']],
  ['what is not active', [{ ...stable('job', 'EQ', 'none'), active: false }], ['bare', 'ten', 'two', 'one']],
])('shows runs by %s', async (_what, filters, wanted) => {
  const { status, body } = await shows({ filters: filters.map((filter) => ({ active: true, ...filter })) })
  expect(status).toBe(200)
  expect(names(body)).toEqual(wanted)
})

it.each<[object[], string[]]>([
  [[{ key: 'name', type: 'STABLE', order: 'ASC' }], ['bare', 'one', 'ten', 'two']],
  [[{ key: 'lr', type: 'CONFIG', order: 'ASC' }], ['two', 'one', 'ten', 'bare']],
  [[{ key: 'lr', type: 'CONFIG', order: 'DESC' }], ['ten', 'one', 'two', 'bare']],
  [[{ key: 'loss', type: 'SCALAR', order: 'ASC' }], ['one', 'two', 'bare', 'ten']],
  [
    [
      { key: 'cluster', type: 'STABLE', order: 'ASC' },
      { key: 'createdAt', type: 'STABLE', order: 'ASC' },
    ],
    ['one', 'ten', 'two', 'bare'],
  ],
])('sorts them by %j', async (sorts, wanted) => {
  expect(names((await shows({ sorts })).body)).toEqual(wanted)
})

it('groups them, one group in the other', async () => {
  const groups = [
    { key: 'cluster', type: 'STABLE' },
    { key: 'labels', type: 'STABLE', active: true },
  ]
  const { body } = await shows({ groups, filters: [stable('name', 'NEQ', 'bare')] })
  expect(Object.keys(body)).toEqual(['g1', 'g2'])
  expect(names(body.g1[''])).toEqual(['ten'])
  expect(names(body.g1['base, cnn'])).toEqual(['one'])
  expect(names(body.g2.base)).toEqual(['two'])
})

it('shows all runs, the newest first, to who asks for nothing', async () => {
  for (const body of [undefined, {}, { filters: null }, { filters: [], groups: [], sorts: [] }])
    expect(names((await shows(body)).body)).toEqual(['bare', 'ten', 'two', 'one'])
})

it.each<[string, object]>([
  ['filters.0.op', { filters: [stable('name', 'LIKE', 'x')] }],
  ['filters.0.key', { filters: [stable('nome', 'EQ', 'x')] }],
  ['filters.0.key', { filters: [stable('__proto__', 'EQ', 'x')] }],
  ['filters.1.type', { filters: [stable('name', 'EQ', 'x'), { key: 'a', type: 'SUMMARY', op: 'EQ', value: [] }] }],
  ['filters.0.value', { filters: [{ key: 'name', type: 'STABLE', op: 'EQ', value: 'x' }] }],
  ['sorts.0.order', { sorts: [{ key: 'name', type: 'STABLE', order: 'UP' }] }],
  ['groups.0.key', { groups: [{ key: 'secret', type: 'STABLE' }] }],
  ['is not a date', { filters: [stable('createdAt', 'GTE', 'yesterday')] }],
])('says that it does not understand %s', async (what, body) => {
  expect(await shows(body)).toMatchObject({
    status: 400,
    body: { code: 'Bad_Request', message: expect.stringContaining(what) as string },
  })
})
