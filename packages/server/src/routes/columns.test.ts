import { expect, it } from 'vitest'
import { log, newRun, scalar, useProjects } from '../testing/runs.ts'

const setting = await useProjects()
const { alice } = setting

it('columns may come before or after, and of a project the first definition stays', async () => {
  const { cuid } = await newRun(alice)
  await log(alice, cuid, 'scalar', [scalar('early', 0, 1)])
  expect(
    (await alice.call('POST', `/experiment/${cuid}/columns`, [{ key: 'early', type: 'FLOAT', class: 'CUSTOM' }]))
      .status,
  ).toBe(201)
  for (const xAxis of ['train/epoch', 'other'])
    expect(
      (await alice.call('POST', '/projects/alice/cats/series', { series: [{ key: 'img', type: 'IMAGE', xAxis }] }))
        .status,
    ).toBe(200)
  const project = setting.server.storage.project('alice', 'cats')!
  expect(setting.server.storage.series(project).get('img')).toEqual({
    key: 'img',
    type: 'IMAGE',
    xAxis: 'train/epoch',
  })
  await log(alice, cuid, 'media', [{ key: 'img', index: 0, data: ['media/image/a.png'], more: [] }])
  const { body } = await alice.call('GET', `/experiment/${cuid}/column?all=True`)
  expect(body.list.map(({ key, type }: { key: string; type: string }) => [key, type])).toEqual([
    ['early', 'FLOAT'],
    ['img', 'IMAGE'],
  ])
})
