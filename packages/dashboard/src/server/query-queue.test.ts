import { expect, test } from 'vitest'
import { QueryQueue } from './query-queue.ts'

const alive = new AbortController().signal

/** A query that runs until it is told to end. */
function held(): { readonly query: () => Promise<string>; readonly end: () => void; readonly began: () => boolean } {
  let [began, end] = [false, () => {}]
  const done = new Promise<void>((resolve) => (end = resolve))
  const query = async (): Promise<string> => {
    began = true
    await done
    return 'answer'
  }
  return { query, end: () => end(), began: () => began }
}

test('so many run at once, and the others in order', async () => {
  const queue = new QueryQueue(2, 60_000)
  const all = [held(), held(), held(), held()]
  const answers = all.map(({ query }) => queue.run(query, alive, 'me'))
  expect(all.map(({ began }) => began())).toEqual([true, true, false, false])
  all[1]!.end()
  await answers[1]
  // Whoever comes now does not get ahead of those who wait.
  const late = held()
  const last = queue.run(late.query, alive, 'me')
  expect(all.map(({ began }) => began())).toEqual([true, true, true, false])
  expect(late.began()).toBe(false)
  for (const { end } of [...all, late]) end()
  expect(await Promise.all([...answers, last])).toEqual(Array.from({ length: 5 }, () => 'answer'))
})

test('one whose turn does not come in time is told so, and its place is free', async () => {
  const queue = new QueryQueue(1, 20)
  const first = held()
  const running = queue.run(first.query, alive, 'me')
  await expect(queue.run(held().query, alive, 'me')).rejects.toMatchObject({
    status: 503,
    message: expect.stringMatching(/\.$/),
  })
  first.end()
  await running
  expect(await queue.run(async () => 'next', alive, 'me')).toBe('next')
})

test('one whose page has gone waits no longer', async () => {
  const queue = new QueryQueue(1, 60_000)
  const [first, page, waits] = [held(), new AbortController(), held()]
  const running = queue.run(first.query, alive, 'me')
  const waiting = queue.run(waits.query, page.signal, 'me')
  page.abort(new Error('gone'))
  await expect(waiting).rejects.toThrow('gone')
  await expect(queue.run(held().query, page.signal, 'me')).rejects.toThrow('gone')
  first.end()
  await running
  expect(waits.began()).toBe(false)
  expect(await queue.run(async () => 'next', alive, 'me')).toBe('next')
})

test('one that fails gives its place to the next', async () => {
  const queue = new QueryQueue(1, 60_000)
  const failing = queue.run(() => Promise.reject(new Error('no')), alive, 'me')
  const next = queue.run(async () => 'next', alive, 'me')
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('next')
})

test('clients have their turns one after the other, however much one of them asks for', async () => {
  const queue = new QueryQueue(1, 60_000)
  const order: string[] = []
  const ask = (client: string): Promise<unknown> => queue.run(async () => order.push(client), alive, client)
  const first = held()
  const running = queue.run(first.query, alive, 'a')
  const all = ['a', 'a', 'a', 'b', 'b', 'c'].map(ask)
  first.end()
  await Promise.all([running, ...all])
  expect(order).toEqual(['a', 'b', 'c', 'a', 'b', 'a'])
})

test('one that waits for too much at once is told so, and another is not', async () => {
  const queue = new QueryQueue(1, 60_000)
  const first = held()
  const all = Array.from({ length: 101 }, () => queue.run(first.query, alive, 'a'))
  await expect(queue.run(async () => 'more', alive, 'a')).rejects.toMatchObject({ status: 503 })
  const other = queue.run(async () => 'other', alive, 'b')
  first.end()
  expect(await other).toBe('other')
  await Promise.all(all)
})
