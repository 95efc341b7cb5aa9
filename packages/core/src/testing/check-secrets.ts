import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { Callback } from '../contract/callback.ts'
import { endedWithin, type Subject } from './conform-subject.ts'
import { exercise } from './exercise.ts'
import type { TestRun } from './test-run.ts'

/** A place where a secret was looked for, and what is there. */
type Place = readonly [where: string, content: string]

export async function leaksNoSecret(subject: Subject, secrets: readonly string[]): Promise<void> {
  const folder = subject.newFolder()
  const environment = JSON.stringify(process.env)
  const commands = watchCommands()
  const places: Place[] = []
  try {
    const callback = await subject.make(folder)
    // A run takes out what it knows to be secret; a callback must not count on that.
    const test = await subject.start(callback, { settings: { redact: false } })
    exercise(test.run)
    await endedWithin(subject.patience, test, test.finish({ error: new Error('out of cats') }))
    places.push(...placesIn(test), ...shownBy(callback), ...(await attemptsThatFail(test, callback)))
  } finally {
    commands.stop()
  }
  places.push(...filesIn(folder).map((path): Place => [`the file ${path}`, readFileSync(join(folder, path), 'latin1')]))
  places.push(...commands.lines().map((line): Place => ['the command line of a process', line]))
  if (JSON.stringify(process.env) !== environment) places.push(['the environment', JSON.stringify(process.env)])
  const found = places.flatMap(([where, content]) => (secrets.some((one) => holds(content, one)) ? [where] : []))
  assert.deepEqual([...new Set(found)], [], 'a secret that it was given is shown in')
}

function placesIn(test: TestRun): Place[] {
  return [
    ...test.reports.map((line): Place => ['a message to the user', line]),
    ...test.alerts.map((alert): Place => ['an alert', inspect(alert)]),
    ...test.rows.map((row): Place => ['a row', inspect(row)]),
    ...test.stopRequests.map(({ reason }): Place => ['a stop request', reason]),
    ...test.messages.map((one): Place => ['a message that waits on disk', JSON.stringify(one.message)]),
    ...test.messages.map((one): Place => ['why a message was not delivered', one.reason ?? '']),
    ...test.recorder.moments.map((one): Place => [
      `what others get in ${one.moment}`,
      inspect(one.payload, { depth: 9 }),
    ]),
  ]
}

/** Programs print what they have, and write it into files. */
function shownBy(callback: Callback): Place[] {
  return [
    ['what console.log shows of it', inspect(callback, { depth: 9 })],
    ['what JSON.stringify makes of it', safely(() => JSON.stringify(callback))],
    ['what String makes of it', safely(() => String(callback as unknown))],
  ]
}

/** What an attempt at delivery throws is shown to the user. */
async function attemptsThatFail({ messages }: TestRun, callback: Callback): Promise<Place[]> {
  const places: Place[] = []
  for (const { message } of messages)
    try {
      await callback.send?.(message as never, { signal: AbortSignal.abort(new Error('aborted')) })
    } catch (error) {
      places.push(['what an attempt at delivery throws', inspect(error, { depth: 9 })])
    }
  return places
}

/** Command lines can be read by everybody on a machine. */
function watchCommands(): { lines: () => string[]; stop: () => void } {
  const processes: { spawnargs?: readonly string[] }[] = []
  const started = (event: unknown): void => void processes.push((event as { process: object }).process)
  subscribe('child_process', started)
  return {
    lines: () => processes.map(({ spawnargs = [] }) => spawnargs.join(' ')),
    stop: () => unsubscribe('child_process', started),
  }
}

/** Paths of all files, from the folder. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .toSorted()
}

function holds(content: string, secret: string): boolean {
  const json = JSON.stringify(secret).slice(1, -1)
  const base64 = Buffer.from(secret)
    .toString('base64')
    .replace(/.{0,2}=*$/, '')
  return [secret, json, encodeURIComponent(secret), base64].some((form) => content.includes(form))
}

function safely(what: () => string): string {
  try {
    return what() ?? ''
  } catch {
    return ''
  }
}
