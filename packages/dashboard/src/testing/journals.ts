import { encodeLog, encodeRecord, type FinishRecord, type HeaderRecord } from '@swanlab/journal'

export const HEADER: HeaderRecord = {
  type: 'header',
  format: 1,
  time: 1_000,
  run: {
    id: 'one',
    project: 'cats',
    experimentName: 'swan-1',
    mode: 'local',
    startTime: 1_000,
    tags: [],
    resumed: false,
    colors: ['#528d59', '#528d59'],
    config: { lr: 1 },
    callbacks: [],
  },
  process: { pid: 1, host: 'elsewhere' },
}

export const FINISH: FinishRecord = {
  type: 'finish',
  time: 9_000,
  state: 'finished',
  duration: 8_000,
  steps: 3,
  losses: {},
}

/** Rows of a journal with `train/loss` and `train/acc`. */
export const rows = (count: number, from = 0, value: (step: number) => number = Math.sin): string =>
  Array.from({ length: count }, (_, n) =>
    encodeLog({ step: from + n, time: 1_000 + from + n, data: { 'train/loss': value(from + n), 'train/acc': n } }),
  ).join('')

/** A finished run. */
export const finished = (count: number): string => encodeRecord(HEADER) + rows(count) + encodeRecord(FINISH)
