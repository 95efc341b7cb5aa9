import type { LogRecord, Outcome, RunInfo } from '@swanlab/core'

/** A run, complete; members can be replaced. */
export function runInfo(members: Partial<RunInfo> = {}): RunInfo {
  return {
    id: 'abcdefghijklmnopqrstu',
    project: 'demo',
    experimentName: 'first',
    tags: [],
    mode: 'offline',
    logdir: '/logs',
    startTime: Date.UTC(2026, 0, 2, 3, 4, 5),
    resumed: false,
    colors: ['#528d59', '#528d59'],
    callbacks: [],
    config: {},
    ...members,
  }
}

/** The end of a run whose metrics came to these values. */
export function outcome(run: Partial<RunInfo> = {}, metrics: Iterable<readonly [string, number]> = []): Outcome {
  const summary = Object.fromEntries(Array.from(metrics, ([key, last]) => [key, { last, lastStep: 0, count: 1 }]))
  const startTime = runInfo(run).startTime
  return {
    state: 'finished',
    duration: 1_000,
    endTime: startTime + 1_000,
    steps: 1,
    summary,
    run: runInfo(run),
    losses: {},
    callbacks: [],
  }
}

/** One `log()` call. */
export function step(number: number, data: Record<string, number>): LogRecord {
  return { step: number, time: 1_700_000_000_000 + number, data }
}
