import { terminalReport } from './kernel/reporter.ts'
import { Problems } from './options/problems.ts'
import { readMembers } from './options/members.ts'
import type { ReplayOptions } from './replay.ts'

type Check = readonly [takes: string, test: (value: unknown) => boolean]

const CHECKS: Readonly<Record<keyof ReplayOptions, Check>> = {
  speed: ['a number above 0', (value) => typeof value === 'number' && value > 0],
  from: ['a step: a number from 0', (value) => typeof value === 'number' && value >= 0],
  callbackTimeout: ['a number of milliseconds above 0', (value) => typeof value === 'number' && value > 0],
  report: ['a function', (value) => typeof value === 'function'],
}

/** @throws SwanLabError `INVALID_OPTION`; every problem is named. */
export function checkReplay(options: ReplayOptions): { [K in keyof ReplayOptions]-?: NonNullable<ReplayOptions[K]> } {
  const problems = new Problems()
  for (const [name, value] of readMembers(options, 'options', problems)) {
    const [takes, test] = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof ReplayOptions] : []
    if (!takes || !test) problems.unknown(name, Object.keys(CHECKS))
    else if (value !== undefined && !test(value)) problems.wrong(name, value, takes)
  }
  problems.throwIfAny('replay')
  const { speed = Infinity, from = 0, callbackTimeout = 60_000, report = terminalReport() } = options
  return { speed, from, callbackTimeout, report }
}
