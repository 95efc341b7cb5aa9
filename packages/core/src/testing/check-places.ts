import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { Callback } from '../contract/callback.ts'
import type { CallbackPlace } from '../contract/context.ts'
import type { Alert, Outcome } from '../contract/payloads.ts'
import type { OutboxMessage } from '../delivery/outbox-item.ts'
import { failuresOf, endedWithin, type Subject } from './conform-subject.ts'
import { exercise } from './exercise.ts'
import { filesIn, placesInFiles, type SecretPlace, type Secrets, watchCommands } from './secrets.ts'
import type { TestStopRequest } from './test-run.ts'

/** What a callback did in one place. */
export interface Actions {
  readonly alerts: readonly Alert[]
  /** Data of what it logged. */
  readonly rows: readonly Readonly<Record<string, number>>[]
  readonly stopRequests: readonly Pick<TestStopRequest, 'reason'>[]
  readonly messages: readonly Pick<OutboxMessage, 'key' | 'message'>[]
  /** Messages to the user, each behind its level: `error: Callback "x" failed in onLog: …`. */
  readonly reports: readonly string[]
  /** The environment of the process that it lived in, as `NAME=value`, where that can be read. */
  readonly environment?: readonly string[] | undefined
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
 * @returns what it did there, or why it stays in the training.
 */
export type DrivePlace = (callback: Callback, run: RecordedRun) => Promise<Actions | string>

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

/** What became of one and the same run, live and elsewhere. */
export interface Comparison {
  /** What the callback failed with elsewhere. */
  readonly failures: readonly string[]
  readonly live: unknown
  readonly elsewhere: unknown
  /** Where one of its secrets can be read. */
  readonly leaks: readonly string[]
}

/** What {@link compare} looks at. */
export interface Look {
  readonly place: 'replay' | 'resident'
  readonly observe?: Observe | undefined
  readonly secrets: Secrets
}

/** @returns why there is nothing to compare, or what there is. */
export async function compare(
  subject: Subject,
  { journal, ...drives }: Places,
  { place, observe = contentsOf, secrets }: Look,
): Promise<Comparison | string> {
  const folder = subject.newFolder()
  const callback = await subject.make(folder)
  if (callback.immediate) return 'it keeps runs where they happen'
  const live = await liveRun(subject, journal!)
  const commands = watchCommands()
  // In the same folder: callbacks say where it is.
  const did = await drives[place]!(callback, {
    dir: live.dir,
    outcome: live.outcome,
    timeout: subject.patience,
  }).finally(commands.stop)
  if (typeof did === 'string') return did
  return {
    failures: failuresOf(did.reports, callback),
    live: seen(live, live.folder, await observe(live.folder, 'live')),
    elsewhere: seen(did, folder, await observe(folder, place)),
    leaks: secrets.in([
      ...commands.places(),
      ...placesOfActions(did),
      ...secrets.addedTo(did.environment ?? []),
      ...placesInFiles(live.dir),
      ...placesInFiles(folder),
    ]),
  }
}

/** @throws AssertionError that says what differs. */
export function behavesAsLive({ failures, live, elsewhere }: Comparison): void {
  assert.deepEqual(failures, [], 'it fails there')
  assert.deepEqual(elsewhere, live, 'it does not do the same there as live')
}

/** Where others can read what a callback did. */
export function placesOfActions({ reports, alerts, rows, stopRequests, messages }: Actions): SecretPlace[] {
  return [
    ...reports.map((line): SecretPlace => ['a message to the user', line]),
    ...alerts.map((alert): SecretPlace => ['an alert', inspect(alert)]),
    ...rows.map((row): SecretPlace => ['a row', inspect(row)]),
    ...stopRequests.map(({ reason }): SecretPlace => ['a stop request', reason]),
    ...messages.map(({ message }): SecretPlace => ['a message that waits on disk', JSON.stringify(message)]),
  ]
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
    // A run takes out what it knows to be secret; a callback must not count on that.
    settings: { redact: false },
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
    reports: test.reports,
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
