import { existsSync, rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { journals, recorder } from '@swanlab/core/testing'
import { replay } from '@swanlab/journal'

const quiet = { report: () => {} }

describe('recorded journals', () => {
  it.each([
    ['finished', 'finished', undefined],
    ['crashed', 'crashed', 'exception'],
    ['killed', 'crashed', 'killed'],
    ['resumed', 'finished', undefined],
    ['torn', 'crashed', 'lost'],
  ] as const)('%s is replayed to its end', async (name, state, type) => {
    const got = recorder()
    const outcome = await replay(journals[name], got, quiet)
    expect([outcome.state, outcome.cause?.type]).toEqual([state, type])
    expect(outcome).toMatchObject({ lastStep: 20, run: { experimentName: 'cats', config: { steps: 20, lr: 0.01 } } })
    expect(got.of('onLog')[12]).toMatchObject({ data: name === 'resumed' ? {} : { loss: Number.NaN } })
    expect(new Set(got.moments.map(({ moment }) => moment))).toContain('onAlert')
    expect(got.of('onMedia').length).toBeGreaterThan(0)
  })

  it('are fresh copies, which may be written to', () => {
    const first = journals.crashed
    rmSync(first, { recursive: true })
    expect(existsSync(journals.crashed)).toBe(true)
  })
})
