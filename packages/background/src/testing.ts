import { dirname } from 'node:path'
import { type Alert, type Callback, messageOf, type Report } from '@swanlab/core/internal'
import type { Actions, Places, RecordedRun } from '@swanlab/core/testing'
import { journal } from '@swanlab/journal'
import { OutboxFiles } from './outbox-files.ts'
import { placeCallbacks } from './placement.ts'
import { Supervisor } from './supervisor.ts'

/**
 * Drives callbacks in a background process for `conforms` of `@swanlab/core/testing`, which finds it by itself where
 * this package is installed.
 *
 * @example
 * ```ts
 * import { test } from 'node:test'
 * import { conforms } from '@swanlab/core/testing'
 * import { places as ofBackground } from '@swanlab/background/testing'
 * import { places as ofJournal } from '@swanlab/journal/testing'
 *
 * const places = { ...ofJournal, ...ofBackground }
 * for (const { title, check } of conforms(() => ({ name: 'none' }), { places })) test(title, check)
 * ```
 */
export const places: Required<Pick<Places, 'resident'>> = { resident }

/** How long the process may take, in milliseconds: starting it takes time of its own. */
const TIME = 20_000

async function resident(callback: Callback, { dir, outcome, timeout }: RecordedRun): Promise<Actions> {
  const { name } = callback
  const recorder = journal({ logdir: dirname(dir) })
  const { placements, residents, loaders } = await placeCallbacks([recorder, callback], true)
  const obstacle = placements.find((one) => one.name === name)?.reason
  if (obstacle !== undefined) throw new Error(`"${name}" stays in the training, because ${obstacle}`)

  const reports: string[] = []
  const report: Report = (level, message) => {
    if (level === 'error') reports.push(message)
  }
  // An alert is sent until it is on record, and here nobody records it.
  const alerts = new Map<string | undefined, Alert>()
  const rows: Actions['rows'][number][] = []
  const stopRequests: Actions['stopRequests'][number][] = []
  const supervisor = new Supervisor({
    callbacks: residents,
    loaders,
    callbackTimeout: timeout,
    finishTimeout: TIME,
    from: () => 0,
    act: {
      raise: (alert) => void alerts.set(alert.id, alert),
      log: (data) => void rows.push(data),
      requestStop: (reason) => void stopRequests.push({ reason }),
      count: () => {},
      redactRules: () => undefined,
    },
    report,
    terminal: false,
  })
  supervisor.start({ ...outcome.run, logdir: dirname(dir), dir })
  await supervisor.wait(outcome)
  const messages = new OutboxFiles(dir).load().map(messageOf)
  return { alerts: [...alerts.values()], rows, stopRequests, messages, reports }
}
