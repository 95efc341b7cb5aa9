import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Callback } from '../contract/callback.ts'
import type { CallbackPlace } from '../contract/context.ts'
import type { Alert, Outcome } from '../contract/payloads.ts'
import { residentClassOf } from '../contract/resident.ts'
import type { OutboxMessage } from '../delivery/outbox-item.ts'
import { filesIn } from './check-secrets.ts'
import { failuresOf, endedWithin, type Subject } from './conform-subject.ts'
import { exercise } from './exercise.ts'
import type { TestStopRequest } from './test-run.ts'

/** What a callback did in one place. */
export interface Actions {
  readonly alerts: readonly Alert[]
  /** Data of what it logged. */
  readonly rows: readonly Readonly<Record<string, number>>[]
  readonly stopRequests: readonly Pick<TestStopRequest, 'reason'>[]
  readonly messages: readonly Pick<OutboxMessage, 'key' | 'message'>[]
  /** What was reported about it. */
  readonly reports: readonly string[]
}

/** A run that was recorded, with the callback beside its recorder. */
export interface RecordedRun {
  /** The run folder. */
  readonly dir: string
  readonly outcome: Outcome
  /** How long each moment of the callback may take, in milliseconds. */
  readonly timeout: number
}

/**
 * Drives a callback over a recorded run, as one place does.
 *
 * @returns what it did there.
 * @throws Error when it cannot be there.
 */
export type DrivePlace = (callback: Callback, run: RecordedRun) => Promise<Actions>

/** Where a callback can be driven beside the test's own process; each comes from the package that does it. */
export interface Places {
  /** Makes the recorder of a run. Of `@swanlab/journal/testing`. @param logdir - Folder of the run folder. */
  readonly journal?: ((logdir: string) => Callback) | undefined
  /** Of `@swanlab/journal/testing`. */
  readonly replay?: DrivePlace | undefined
  /** Of `@swanlab/background/testing`. */
  readonly resident?: DrivePlace | undefined
}

/**
 * What a callback has done beside what the run itself knows: what it wrote.
 *
 * @param folder - The one that it was made with.
 * @returns anything that can be compared. Default: the files in the folder.
 */
export type Observe = (folder: string, place: CallbackPlace) => unknown

/** @returns why there is nothing to compare; absent: it was, and is the same. */
export async function behavesAsLive(
  subject: Subject,
  place: 'replay' | 'resident',
  { journal, [place]: drive }: Places,
  observe: Observe = contentsOf,
): Promise<string | undefined> {
  const folder = subject.newFolder()
  const callback = await subject.make(folder)
  if (callback.immediate) return 'it keeps runs where they happen'
  if (place === 'resident' && !callback.resident && !residentClassOf(callback)) return 'it says no `defineResident`'
  const live = await liveRun(subject, journal!)
  // In the same folder: callbacks say where it is.
  const did = await drive!(callback, { dir: live.dir, outcome: live.outcome, timeout: subject.patience })
  assert.deepEqual(failuresOf(did.reports, callback), [], `it fails, ${place}`)
  const here = seen(live, live.folder, await observe(live.folder, 'live'))
  assert.deepEqual(seen(did, folder, await observe(folder, place)), here, `it does not do the same as live, ${place}`)
  return undefined
}

interface LiveRun extends Actions, Omit<RecordedRun, 'timeout'> {
  readonly folder: string
}

async function liveRun(subject: Subject, journal: (logdir: string) => Callback): Promise<LiveRun> {
  const folder = subject.newFolder()
  const callback = await subject.make(folder)
  const test = await subject.start(callback, {
    callbacks: [journal(subject.newFolder()), callback],
    info: { experimentName: undefined },
  })
  const own = new Set<unknown>()
  exercise({
    config: test.run.config,
    alert: (options) => test.alert(options),
    log: (data, step) => {
      // Recorders get the training's row first, and then what callbacks log in answer to it.
      const next = test.rows.length
      test.log(data, step)
      own.add(test.rows[next])
    },
  })
  await endedWithin(subject.patience, test, test.finish({ error: new RangeError('out of cats') }))
  return {
    folder,
    dir: test.run.dir!,
    outcome: test.recorder.last('onStop')!,
    alerts: test.alerts.filter(({ id }) => id !== undefined),
    rows: test.rows.filter((row) => !own.has(row)).map(({ data }) => data),
    stopRequests: test.stopRequests,
    messages: test.messages,
    reports: failuresOf(test.reports, callback),
  }
}

/** What can be compared: neither times of raising nor the folder, which differ, nor how often something was tried. */
function seen({ alerts, rows, stopRequests, messages }: Actions, folder: string, wrote: unknown): unknown {
  const all = {
    alerts: alerts.map(({ title, text, level, step, rule }) => ({ title, text, level, step, rule })),
    rows: rows.map((data) => Object.entries(data).map(([key, value]) => [key, String(value)])),
    stopRequests: stopRequests.map(({ reason }) => reason),
    messages: messages.map(({ key, message }) => ({ key, message })).toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    wrote,
  }
  const text = JSON.stringify(all).replaceAll(JSON.stringify(folder).slice(1, -1), '<folder>')
  return JSON.parse(text) as unknown
}

function contentsOf(folder: string): Record<string, string> {
  return Object.fromEntries(filesIn(folder).map((path) => [path, readFileSync(join(folder, path), 'latin1')]))
}
