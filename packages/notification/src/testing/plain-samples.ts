import type { Outcome, RunInfo } from '@swanlab/core'

export function sampleRun(changes: Partial<RunInfo> = {}): RunInfo {
  return {
    id: 'abcdefghijklmnopqrstu',
    project: 'iris',
    experimentName: 'swan-1',
    tags: [],
    mode: 'offline',
    logdir: '/data/swanlog',
    url: 'https://swanlab.cn/@botany/iris/runs/abc',
    startTime: 1_700_000_000_000,
    resumed: false,
    colors: ['#000000', '#ffffff'],
    callbacks: [],
    config: { lr: 0.001 },
    ...changes,
  }
}

export function sampleOutcome(changes: Partial<Outcome> = {}): Outcome {
  return {
    state: 'finished',
    duration: 723_000,
    endTime: 1_700_000_723_000,
    steps: 100,
    lastStep: 99,
    summary: { loss: { last: 0.25, lastStep: 99, min: 0.25, minStep: 99, max: 1.5, maxStep: 0, count: 100 } },
    run: sampleRun(),
    losses: {},
    callbacks: [],
    ...changes,
  }
}
