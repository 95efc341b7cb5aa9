import { describe, expect, test } from 'vitest'
import { init } from './index.ts'
import { useOffline } from './testing/offline.ts'

describe('a run with a broken clock', () => {
  const offline = useOffline()

  test('loses no row', async () => {
    const options = offline.options([], { clock: () => Number.NaN })
    const run = await init(options)
    run.log({ loss: 1 })
    run.log({ loss: 2 })
    expect(await run.finish()).toMatchObject({ state: 'finished', steps: 2, losses: {} })
    expect(offline.journal(run, 'log')).toMatchObject([{ step: 0, time: expect.any(Number) as number }, { step: 1 }])
    expect(offline.reports).toEqual([expect.stringContaining('settings.clock returned NaN')])
  })
})
