import { expect, it } from 'vitest'
import { columnItem, configBody, errorLine, lineItem, mediaItem, scalarItems, stateBody, timestamp } from './wire.ts'

const TIME = Date.UTC(2026, 10, 24, 0, 25, 26, 526)
const AT = '2026-11-24T00:25:26.526Z'

it('writes items as the newest client does', () => {
  expect(timestamp(TIME)).toBe(AT)
  const data = { loss: 0.5, odd: Number.NaN, up: Infinity, down: -Infinity }
  expect(scalarItems({ type: 'log', step: 3, time: TIME, data })).toEqual([
    { key: 'loss', index: 3, data: 0.5, create_time: AT },
    { key: 'odd', index: 3, data: 'nan', create_time: AT },
    { key: 'up', index: 3, data: 'nan', create_time: AT },
    { key: 'down', index: 3, data: 'nan', create_time: AT },
  ])
  const column = { index: 0, step: 0, time: TIME, section: 'x' }
  expect(columnItem({ ...column, key: 'deep/a/b', kind: 'scalar' })).toEqual({
    key: 'deep/a/b',
    type: 'FLOAT',
    sectionName: 'deep',
  })
  expect(columnItem({ ...column, key: 'img', kind: 'image' })).toEqual({ key: 'img', type: 'IMAGE' })
  expect(mediaItem({ key: 'img', step: 2, time: TIME, data: ['media/image/a.png'], more: [{ caption: 'c' }] })).toEqual(
    {
      key: 'img',
      index: 2,
      data: ['media/image/a.png'],
      more: [{ caption: 'c' }],
      create_time: AT,
    },
  )
  expect(lineItem({ level: 'info', text: 'hello', time: TIME }, 7)).toEqual({
    level: 'INFO',
    epoch: 7,
    message: 'hello',
    create_time: AT,
  })
  expect(configBody({ lr: 0.1, nested: { on: true } })).toEqual({
    lr: { value: 0.1, sort: 0, desc: '' },
    nested: { value: { on: true }, sort: 1, desc: '' },
  })
  expect(stateBody('aborted', TIME)).toEqual({ state: 'ABORTED', finishedAt: AT, from: 'sdk' })
})

it('the error of a run becomes a log line, a finished run has none', () => {
  const finish = { type: 'finish', time: TIME, duration: 1, steps: 1, losses: {} } as const
  expect(errorLine({ ...finish, state: 'finished' })).toBeUndefined()
  expect(errorLine({ ...finish, state: 'crashed', error: { name: 'RangeError', message: 'no' } })).toEqual({
    level: 'error',
    text: 'RangeError: no',
    time: TIME,
  })
  expect(errorLine({ ...finish, state: 'aborted' })?.text).toBe('The run aborted.')
})
