import assert from 'node:assert/strict'
import { Text } from '../data/media/text.ts'
import { exercise, exerciseOddly } from './exercise.ts'
import { failuresOf, endedWithin, type Subject, withinTime } from './conform-subject.ts'
import { openFilesIn, openHandlesAfter } from './open-handles.ts'
import type { TestRun } from './test-run.ts'

/** How long the end of a run is waited for where only the callback's failures count, in milliseconds. */
const BRIEFLY = 1_000

/** Every way in which a run ends that its own process sees. */
export const ENDINGS: Readonly<Record<string, (test: TestRun) => Promise<unknown>>> = {
  'the end of a training': (test) => test.finish(),
  'a failure that the training reports': (test) =>
    test.finish({ state: 'crashed', error: new TypeError('no <b>gradient</b>', { cause: new Error('a cat') }) }),
  'a training that gives up': (test) => test.finish({ state: 'aborted' }),
  'an exception that nobody catches': (test) => test.crash(new RangeError('out of *cats*')),
  'something thrown that is no error': (test) => test.crash({ not: 'an error' }),
  'Ctrl-C': (test) => test.abort('SIGINT'),
  'process.exit(3)': (test) => test.exit(3),
}

/** The same name, always: reports, alerts, messages and what a background process knows of it go by it. */
export async function keepsItsName(subject: Subject, asRecorder: boolean): Promise<void> {
  const callback = await subject.make()
  if (callback.immediate && !asRecorder)
    assert.fail('it is a recorder: conforms() needs `storage`, to see what it keeps')
  const { name } = callback
  assert.ok(typeof name === 'string' && name.trim() !== '', 'it has no name')
  assert.equal((await subject.make()).name, name, 'another one that is made in the same way has another name')
  const test = await subject.start(callback)
  exercise(test.run)
  assert.equal(callback.name, name, 'its name has changed while a run went on')
  await endedWithin(Math.min(BRIEFLY, subject.patience), test, test.finish())
  assert.equal(callback.name, name, 'its name has changed with the end of a run')
}

export async function survivesEveryValue(subject: Subject): Promise<void> {
  const callback = await subject.make()
  const info = {
    experimentName: '🦢 <b>*swan*</b> "1" \'2\' `3` a/b \\ =1+1',
    description: 'a\nb\t{{c}}',
    tags: ['', '<t>', '🦢', 't'.repeat(1_000)],
  }
  const test = await subject.start(callback, { info, config: { nothing: null } })
  exerciseOddly(test.run)
  const error = new Error('<i>broken</i>\n'.repeat(100))
  await endedWithin(Math.min(BRIEFLY, subject.patience), test, test.finish({ error }))
  assert.deepEqual(failuresOf(test.reports, callback), [], 'it fails on what a run can hold')
}

export async function survives(subject: Subject, end: (test: TestRun) => Promise<unknown>): Promise<void> {
  for (const trained of [true, false]) {
    const callback = await subject.make()
    const test = await subject.start(callback)
    if (trained) exercise(test.run)
    await endedWithin(Math.min(BRIEFLY, subject.patience), test, end(test))
    assert.deepEqual(
      failuresOf(test.reports, callback),
      [],
      trained ? 'it fails' : 'it fails when nothing was logged before',
    )
  }
}

export async function settles(subject: Subject): Promise<void> {
  const callback = await subject.make()
  const deadline = Math.min(callback.timeout ?? 10_000, subject.patience)
  const test = await subject.start(callback, { settings: { finishTimeout: deadline } })
  exercise(test.run)
  const begin = performance.now()
  const inTime = await withinTime(test.finish(), deadline)
  const took = Math.round(performance.now() - begin)
  void test.exit()
  assert.ok(inTime, `it is still at work on the end of the run after ${took} ms`)
  const late = test.reports.filter(
    (line) => line.includes(callback.name) && /no answer within|Not done within/.test(line),
  )
  assert.deepEqual(late, [], 'it does not settle in time')
}

export async function leavesNothingOpen(subject: Subject): Promise<void> {
  const folder = subject.newFolder()
  const live = async (): Promise<void> => {
    const callback = await subject.make(folder)
    const test = await subject.start(callback)
    exercise(test.run)
    test.log({ note: new Text('b') })
    await endedWithin(Math.min(BRIEFLY, subject.patience), test, test.finish())
  }
  // What is loaded or connected once for all of a process is no leak.
  await live()
  assert.deepEqual(await openHandlesAfter(live), [], 'it keeps the process alive after the end of the run')
  assert.deepEqual(await openFilesIn(folder), [], 'files are still open after the end of the run')
}
