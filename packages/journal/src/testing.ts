import type { Callback, Report } from '@swanlab/core'
import type { Actions, Places, RecordedRun } from '@swanlab/core/testing'
import { journal } from './folder/journal-callback.ts'
import { replay } from './replay/replay.ts'

/**
 * Records and replays runs for `conforms` of `@swanlab/core/testing`, which finds them by itself where this package is
 * installed.
 *
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { conforms } from '@swanlab/core/testing'
 * import { places } from '@swanlab/journal/testing'
 *
 * for (const { title, check } of conforms(() => ({ name: 'none' }), { places })) test(title, check)
 * ```
 */
export const places: Required<Pick<Places, 'journal' | 'replay'>> = {
  journal: (logdir) => journal({ logdir }),
  replay: replayed,
}

async function replayed(callback: Callback, { dir, timeout }: RecordedRun): Promise<Actions> {
  const reports: string[] = []
  const report: Report = (level, message) => void reports.push(`${level}: ${message}`)
  const { raised, logged, stopRequests, messages } = await replay(dir, callback, { callbackTimeout: timeout, report })
  return { alerts: raised, rows: logged.map(({ data }) => data), stopRequests, messages, reports }
}
