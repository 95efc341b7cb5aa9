import { describe, expect, it } from 'vitest'
import type { RunRow } from '../../protocol/runs.ts'
import { matches, parseFilter } from './filter.ts'

const run = {
  key: 'run-1',
  id: 'abc',
  name: 'Swan of the north',
  project: 'birds',
  tags: ['baseline'],
  state: 'crashed',
  cause: { type: 'oom-killed', evidence: [] },
  startTime: 0,
  lastTime: 0,
  size: 0,
  lastStep: 412,
  config: { lr: 0.003, optim: { name: 'adam', betas: [0.9, 0.99] }, 'a.b': 1, deep: null, on: true },
} satisfies RunRow

const shows = (text: string): boolean => matches(run, parseFilter(text))

describe('the filter of runs', () => {
  it.each([
    'swan',
    'NORTH',
    'baseline',
    '"swan of"',
    'lr<0.01',
    'lr>=0.003',
    'lr=3e-3',
    'lr!=1',
    'state:crashed',
    'why~oom',
    'name~swan',
    'name~"of the"',
    'tag:baseline',
    'step>400',
    'optim.name:adam',
    'optim.betas~0.99',
    'a.b:1',
    'on:true',
    'deep:null',
    '-state:running',
    '-goose',
    'lr<0.01 state:crashed name~swan',
    '',
  ])('shows the run for %j', (text) => expect(shows(text)).toBe(true))

  it.each([
    'goose',
    'lr<0.001',
    'lr>x',
    'state:crash',
    'nothing:1',
    'nothing!=1',
    '-swan',
    'lr<0.01 state:running',
    '__proto__~x',
    'constructor~f',
  ])('hides it for %j', (text) => expect(shows(text)).toBe(false))

  it('asks for fields that the run does not have by itself', () => {
    expect(matches(run, parseFilter('loss.min<0.2'), (field) => (field === 'loss.min' ? 0.1 : undefined))).toBe(true)
  })
})
