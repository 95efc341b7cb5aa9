import type { Outcome, RunInfo } from '@swanlab/core/internal'

export function sampleRun(changes: Partial<RunInfo> = {}): RunInfo {
  return {
    id: 'abcdefghijklmnopqrstu',
    project: 'iris',
    experimentName: 'swan-1',
    tags: [],
    mode: 'offline',
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
    summary: {},
    run: sampleRun(),
    losses: {},
    callbacks: [],
    ...changes,
  }
}
