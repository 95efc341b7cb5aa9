import { expect, test } from 'vitest'
import { PendingWork } from './pending-work.ts'

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve }
}

test('waits for the work of one, or of all, and for what is added meanwhile', async () => {
  const pending = new PendingWork(() => {})
  const { promise: other } = deferred()
  const { promise: own, resolve } = deferred()
  const { promise: further, resolve: resolveFurther } = deferred()
  pending.add('other', other)
  pending.add('own', own)
  const settled = pending.settled(30_000, 'own')
  pending.add('own', further)
  resolve()
  await own
  resolveFurther()
  expect(await settled).toEqual([])
  expect(pending.names).toEqual(['other'])
  expect(await pending.settled(1)).toEqual(['other'])
})

test('work that rejects has settled, and is reported', async () => {
  const failures: unknown[] = []
  const pending = new PendingWork((name, error) => failures.push([name, error]))
  pending.add('own', Promise.reject(new Error('no')))
  expect(await pending.settled(30_000)).toEqual([])
  expect(failures).toEqual([['own', new Error('no')]])
})
