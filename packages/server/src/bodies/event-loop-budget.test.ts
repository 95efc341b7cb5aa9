import { expect, it } from 'vitest'
import { EventLoopBudget } from './event-loop-budget.ts'

const KIB = 1024

it('work that fits into a turn is done at once', async () => {
  const budget = new EventLoopBudget()
  let isNextTurn = false
  setImmediate(() => (isNextTurn = true))
  for (let count = 0; count < 4; count++) await budget.take(64 * KIB)
  expect(isNextTurn).toBe(false)
})

it('what exceeds a turn waits for the next one, whoever came first before the others', async () => {
  const budget = new EventLoopBudget()
  let current = 0
  const count = (): void => void (current++, setImmediate(count).unref())
  setImmediate(count).unref()
  const done: [name: string, turn: number][] = []
  const work = (name: string, cost: number): Promise<void> =>
    budget.take(cost).then(() => void done.push([name, current]))
  await Promise.all([
    work('first', 200 * KIB),
    work('second', 200 * KIB),
    work('huge', 8_000 * KIB),
    work('small', KIB),
  ])
  expect(done).toEqual([
    ['first', 0],
    ['second', 1],
    ['huge', 2],
    ['small', 3],
  ])
})
