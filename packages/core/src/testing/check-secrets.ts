import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { Callback } from '../contract/callback.ts'
import { placesOfActions } from './check-places.ts'
import { endedWithin, type Subject } from './conform-subject.ts'
import { exercise } from './exercise.ts'
import { environment, placesInFiles, type SecretPlace, type Secrets, watchCommands } from './secrets.ts'
import type { TestRun } from './test-run.ts'

export async function leaksNoSecret(subject: Subject, secrets: Secrets): Promise<void> {
  const folder = subject.newFolder()
  const commands = watchCommands()
  const places: SecretPlace[] = []
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
  places.push(...placesInFiles(folder), ...commands.places(), ...secrets.addedTo(environment()))
  leaksNothing(secrets.in(places))
}

/** @param leaks - Where secrets were found. */
export function leaksNothing(leaks: readonly string[]): void {
  assert.deepEqual(leaks, [], 'a secret that it was given is shown in')
}

function placesIn(test: TestRun): SecretPlace[] {
  const { alerts, stopRequests, messages, reports } = test
  return [
    ...placesOfActions({ alerts, rows: test.rows.map(({ data }) => data), stopRequests, messages, reports }),
    ...messages.map((one): SecretPlace => ['why a message was not delivered', one.reason ?? '']),
    ...test.recorder.moments.map((one): SecretPlace => [
      `what others get in ${one.moment}`,
      inspect(one.payload, { depth: 9 }),
    ]),
  ]
}

/** Programs print what they have, and write it into files. */
function shownBy(callback: Callback): SecretPlace[] {
  return [
    ['what console.log shows of it', inspect(callback, { depth: 9 })],
    ['what JSON.stringify makes of it', safely(() => JSON.stringify(callback))],
    ['what String makes of it', safely(() => String(callback as unknown))],
  ]
}

/** What an attempt at delivery throws is shown to the user. */
async function attemptsThatFail({ messages }: TestRun, callback: Callback): Promise<SecretPlace[]> {
  const places: SecretPlace[] = []
  for (const { message } of messages)
    try {
      await callback.send?.(message as never, { signal: AbortSignal.abort(new Error('aborted')) })
    } catch (error) {
      places.push(['what an attempt at delivery throws', inspect(error, { depth: 9 })])
    }
  return places
}

function safely(what: () => string): string {
  try {
    return what() ?? ''
  } catch {
    return ''
  }
}
