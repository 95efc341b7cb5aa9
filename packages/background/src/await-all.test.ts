import { expect, test } from 'vitest'
import { awaitAll } from './await-all.ts'

test('says who is awaited at once, and each time one is done', async () => {
  const reports: string[][] = []
  const finish: ((result: number) => void)[] = []
  const works = ['mail', 'slack', 'mail'].map((name) => ({
    name,
    done: new Promise<number>((resolve) => void finish.push(resolve)),
  }))
  const all = awaitAll(works, (awaited) => reports.push(awaited))
  for (const at of [1, 0, 2]) {
    finish[at]!(at)
    await works[at]!.done
  }
  expect(await all).toEqual([0, 1, 2])
  expect(reports).toEqual([['mail', 'slack'], ['mail'], ['mail']])
})
