import { expect, it } from 'vitest'
import { log, newRun, scalar, useProjects } from '../testing/runs.ts'

const setting = await useProjects()
const { alice } = setting

it('numbers over points: values, summaries, tables', async () => {
  const { cuid } = await newRun(alice)
  await log(
    alice,
    cuid,
    'scalar',
    [3, 1, 4, 1, 5].map((data, at) => scalar('x', at, data)),
  )
  const columns = [{ experimentId: cuid, key: 'x', experimentName: 'swan' }]
  expect((await alice.call('POST', '/house/metrics/scalar/value', { columns, xType: 'step' })).body).toEqual([
    {
      key: 'x',
      min: { index: 1, data: 1 },
      max: { index: 4, data: 5 },
      avg: { data: 2.8 },
      median: { data: 3 },
      latest: { index: 4, data: 5 },
    },
  ])
  const asked = [{ projectId: 'p', experimentId: cuid }]
  const object = await alice.call('POST', '/house/metrics/summaries', { experiments: asked, keys: ['x'] })
  const list = await alice.call('POST', '/house/metrics/summaries', asked)
  expect(object.body).toEqual(list.body)
  expect(object.body[cuid].x).toMatchObject({ step: 4, value: 5, avg: 2.8, median: 3, minMax: [1, 5] })
  const { body: exported } = await alice.call('POST', '/house/metrics/scalar/export', { projectId: 'p', columns })
  const { body: addresses } = await alice.call('POST', '/files/presigned/get', { paths: [exported.cosKey] })
  const rows = (await (await fetch(addresses.urls[0] as string)).text()).trim().split('\n')
  expect(rows[0]).toBe('step,swan-x_step,swan-x_timestamp')
  expect(rows[5]).toBe(`4,5,${Date.parse('2026-11-24T00:25:26.526Z')}`)
  const { body: keys } = await alice.call('POST', '/house/metrics/scalar/keys', {
    experiments: asked,
    limit: 10,
    cursor: '',
  })
  expect(keys).toEqual({ keys: ['x'], hasMore: false, nextCursor: '' })
})
