import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { awaitAll } from './await-all.ts'

test('says who is awaited at once, and each time one is done', async () => {
  const reports: string[][] = []
  const works = [
    { name: 'mail', done: sleep(20, 1) },
    { name: 'slack', done: sleep(5, 2) },
    { name: 'mail', done: sleep(40, 3) },
  ]
  expect(await awaitAll(works, (awaited) => reports.push(awaited))).toEqual([1, 2, 3])
  expect(reports).toEqual([['mail', 'slack'], ['mail'], ['mail']])
})
