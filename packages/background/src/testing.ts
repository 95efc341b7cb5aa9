import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Alert, type Callback, messageOf, type Report } from '@swanlab/core/internal'
import type { Actions, Places, RecordedRun } from '@swanlab/core/testing'
import { journal } from '@swanlab/journal'
import { OutboxFiles } from './outbox-files.ts'
import { placeCallbacks } from './placement.ts'
import { spawnBackground } from './spawn.ts'
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

async function resident(callback: Callback, { dir, outcome, timeout }: RecordedRun): Promise<Actions | string> {
  const { name } = callback
  const recorder = journal({ logdir: dirname(dir) })
  const { placements, residents, loaders } = await placeCallbacks([recorder, callback], true)
  const placed = placements.find((one) => one.name === name)
  if (placed?.place !== 'resident') return placed?.reason ?? 'nothing says how it can be rebuilt: see defineResident'

  const reports: string[] = []
  const report: Report = (level, message) => void reports.push(`${level}: ${message}`)
  // An alert is sent until it is on record, and here nobody records it.
  const alerts = new Map<string | undefined, Alert>()
  const rows: Actions['rows'][number][] = []
  const stopRequests: Actions['stopRequests'][number][] = []
  let environment: readonly string[] | undefined
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
      fallBack: () => {},
      count: () => {},
      redactRules: () => undefined,
    },
    report,
    terminal: false,
    spawn: (...given) => {
      const spawned = spawnBackground(...given)
      environment = environmentOfProcess(spawned.background.pid)
      return spawned
    },
  })
  supervisor.start({ ...outcome.run, logdir: dirname(dir), dir })
  await supervisor.wait(outcome)
  const messages = new OutboxFiles(dir).load().map(messageOf)
  return { alerts: [...alerts.values()], rows, stopRequests, messages, reports, environment }
}

/** Absent where the system does not show it. */
function environmentOfProcess(pid: number | undefined): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return undefined
  }
}
