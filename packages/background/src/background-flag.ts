import { SwanLabError } from '@swanlab/core'

const FLAG = Symbol.for('swanlab.background')
const flags = globalThis as { [FLAG]?: boolean }

/** This process only drives callbacks. In all copies of this package: a loader may bring another one. */
export function markAsBackground(): void {
  flags[FLAG] = true
}

/** @throws SwanLabError `INVALID_CALLBACK` in a background process: a run that is started there would start the next. */
export function refuseInBackground(): void {
  if (flags[FLAG] !== true) return
  throw new SwanLabError(
    'INVALID_CALLBACK',
    'init() was called in the background process, by a module that a callback names in "resident". Such a module may ' +
      'only define things; put the callback into a file of its own.',
  )
}
