import type { Alert, Callback, MetricSummary, Outcome, RunInfo } from '@swanlab/core'

export function sampleRun(changes: Partial<RunInfo> = {}): RunInfo {
  return {
    id: 'abcdefghijklmnopqrstu',
    project: 'iris',
    workspace: 'botany',
    experimentName: 'swan-1',
    description: 'A first try',
    tags: [],
    mode: 'offline',
    logdir: '/data/swanlog',
    dir: '/data/swanlog/run-1',
    url: 'https://swanlab.cn/@botany/iris/runs/abc',
    startTime: 1_700_000_000_000,
    resumed: false,
    colors: ['#000000', '#ffffff'],
    callbacks: [],
    config: { lr: 0.001, model: 'mlp' },
    ...changes,
  }
}

export function sampleSummary(last: number, changes: Partial<MetricSummary> = {}): MetricSummary {
  return { last, lastStep: 99, min: last, minStep: 99, max: last, maxStep: 99, count: 100, ...changes }
}

export function sampleOutcome(changes: Partial<Outcome> = {}): Outcome {
  return {
    state: 'finished',
    duration: 723_000,
    endTime: 1_700_000_723_000,
    steps: 100,
    lastStep: 99,
    summary: { loss: sampleSummary(0.25, { max: 1.5 }) },
    run: sampleRun(),
    losses: {},
    callbacks: [],
    ...changes,
  }
}

export function sampleAlert(changes: Partial<Alert> = {}): Alert {
  return { title: 'loss is NaN', text: 'Look at it.', level: 'warn', step: 7, time: 1_700_000_100_000, ...changes }
}

/** Gives a real run the names of {@link sampleRun}. */
export const sampleNames: Callback = {
  name: 'names',
  onInit: () => ({ project: 'iris', experimentName: 'swan-1', url: 'https://swanlab.cn/@botany/iris/runs/abc' }),
}
