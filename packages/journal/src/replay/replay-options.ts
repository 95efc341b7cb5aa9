import { terminalReport, checkOptions, type Checks } from '@swanlab/core/internal'
import type { ReplayOptions } from './replay-types.ts'

const CHECKS: Checks<ReplayOptions> = {
  speed: ['a number above 0', (value) => typeof value === 'number' && value > 0],
  from: ['a step: a number from 0', (value) => typeof value === 'number' && value >= 0],
  callbackTimeout: ['a number of milliseconds above 0', (value) => typeof value === 'number' && value > 0],
  report: ['a function', (value) => typeof value === 'function'],
}

/** @throws SwanLabError `INVALID_OPTION`; every problem is named. */
export function checkReplay(options: ReplayOptions): { [K in keyof ReplayOptions]-?: NonNullable<ReplayOptions[K]> } {
  checkOptions('replay', options, CHECKS)
  const { speed = Infinity, from = 0, callbackTimeout = 60_000, report = terminalReport() } = options
  return { speed, from, callbackTimeout, report }
}
