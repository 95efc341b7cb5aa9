import type { Alert, MetricSummary, Outcome, RunInfo } from '../contract/payloads.ts'

/**
 * A run as callbacks get it in `onRun`, with every member that one can have: for functions that make something of it, such
 * as a message. What callbacks do in a whole run is for {@link testRun}.
 *
 * @param changes - Members that are to be others.
 *
 * @example
 * ```ts
 * import { sampleOutcome, sampleRun } from '@swanlab/core/testing'
 *
 * const run = sampleRun({ experimentName: '<b>' })
 * const outcome = sampleOutcome({ state: 'crashed', run })
 * ```
 */
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

/** How {@link sampleRun} ended, as in `onStop`: well, after 12 minutes. @see sampleRun */
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

/** A metric after 100 steps. @see sampleRun */
export function sampleSummary(last: number, changes: Partial<MetricSummary> = {}): MetricSummary {
  return { last, lastStep: 99, min: last, minStep: 99, max: last, maxStep: 99, count: 100, ...changes }
}

/** An alert as in `onAlert`. @see sampleRun */
export function sampleAlert(changes: Partial<Alert> = {}): Alert {
  return { title: 'loss is NaN', text: 'Look at it.', level: 'warn', step: 7, time: 1_700_000_100_000, ...changes }
}
