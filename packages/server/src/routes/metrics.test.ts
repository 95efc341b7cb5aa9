import { expect, it } from 'vitest'
import { log, newRun, scalar, useProjects } from '../testing/runs.ts'

const setting = await useProjects()
const { alice } = setting

it('a point is there once, the last one counts, and a bad item costs itself', async () => {
  const { cuid } = await newRun(alice)
  const batch = [
    scalar('loss', 0, 0.5),
    scalar('acc', 0, 1),
    scalar('loss', 1, 'nan'),
    scalar('loss', 2, 'INF'),
    { key: 'loss', index: -1, data: 1 },
    { key: 5, index: 1, data: 1 },
    scalar('loss', 3, 'poison'),
    scalar('__proto__', 0, 1),
    null as unknown as object,
  ]
  expect((await log(alice, cuid, 'scalar', batch)).status).toBe(200)
  expect((await log(alice, cuid, 'scalar', batch)).status).toBe(200)
  await log(alice, cuid, 'scalar', [scalar('loss', 0, 0.25)])
  const columns = [{ experimentId: cuid, key: 'loss' }]
  const { body } = await alice.call('POST', '/house/metrics/scalar', {
    projectId: 'p',
    xType: 'step',
    range: [0, 0],
    columns,
  })
  const time = Date.parse('2026-11-24T00:25:26.526Z')
  expect(body).toEqual([
    {
      key: 'loss',
      metrics: [
        { index: 0, data: 0.25, timestamp: time },
        { index: 1, data: 'NaN', timestamp: time },
        { index: 2, data: 'INF', timestamp: time },
      ],
    },
  ])
  expect((await alice.call('GET', `/house/metrics/summaries/p/${cuid}?all=True`)).body).toEqual({
    scalar: [
      { key: 'loss', step: 2 },
      { key: 'acc', step: 0 },
    ],
    media: [],
  })
})

it('lines of the terminal, in their order', async () => {
  const { cuid } = await newRun(alice)
  const line = (epoch: number, level: string) => ({ epoch, level, message: `line ${epoch}` })
  await log(alice, cuid, 'log', [line(2, 'INFO'), line(3, 'ERROR'), line(1, 'WARN')])
  await log(alice, cuid, 'log', [line(2, 'INFO')])
  const { body } = await alice.call('GET', `/house/metrics/log?projectId=p&experimentId=${cuid}&size=2&epoch=1`)
  expect(body.count).toBe(3)
  expect(body.logs.map(({ epoch, level }: { epoch: number; level: string }) => [epoch, level])).toEqual([
    [2, 'INFO'],
    [3, 'ERROR'],
  ])
  expect((await alice.call('GET', `/house/metrics/summaries/p/${cuid}`)).body.log).toEqual([{ key: 'LOG', step: 3 }])
})
