import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { LIMITS } from '../protocol/limits.ts'
import type { RunList } from '../protocol/runs.ts'
import { Reader } from '../reading/reader.ts'
import { finished } from '../testing/journals.ts'
import { temporaryFolder, until, Watched, writeRun } from '../testing/watched.ts'

test('each limit is answered with a sentence that names it', async () => {
  const folder = temporaryFolder()
  writeRun(folder, 'run-a', finished(10))
  const page = await Watched.over(folder)
  const query = { id: 'q', runs: ['run-a'], key: 'train/acc', x: { kind: 'step' }, width: 100 }
  const post = (body: unknown): ReturnType<Watched['api']> =>
    page.api('/series', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const many = Array.from({ length: LIMITS.seriesOfAnswer }, () => 'run-a')
  const refused: [status: number, words: RegExp, answer: ReturnType<Watched['api']>][] = [
    [413, /256 KiB/, post({ queries: [{ ...query, id: 'x'.repeat(LIMITS.body) }] })],
    [413, /1001 lines.*1000/, post({ queries: [query, { ...query, runs: many }] })],
    [400, /width/, post({ queries: [{ ...query, width: LIMITS.buckets + 1 }] })],
    [400, /ends before it begins/, post({ queries: [{ ...query, from: 2, to: 1 }] })],
    [400, /queries/, post({ queries: [] })],
    [400, /JSON/, post('{')],
    [400, /./, post('{"__proto__":{"a":1}}')],
    [413, /1000 lines/, page.api('/runs/run-a/console?count=1001')],
    [400, /from/, page.api('/runs/run-a/console?from=-1')],
    [400, /text/, page.api('/runs/run-a/console/find')],
    [400, /50 runs/, page.api(`/events?runs=${many.slice(0, 51).join(',')}`)],
    [404, /no such run/, page.api('/runs/..%2frun-a')],
    [404, /no such run/, page.api('/runs/__proto__')],
    [404, /no such file/, page.api('/runs/run-a/file?path=journal.jsonl')],
    [404, /no such file/, page.api('/runs/run-a/file?path=media/../journal.jsonl')],
    [404, /nothing here/, page.api('/nothing')],
    [404, /nothing here/, page.api('/runs', { method: 'DELETE' })],
  ]
  for (const [status, words, answer] of refused) {
    const { status: is, body } = await answer
    const { message } = JSON.parse(body.toString()) as { message: string }
    expect([is, message]).toEqual([status, expect.stringMatching(words)])
  }
})

test('one page too many is told so, and slow pages cost the others nothing', async () => {
  const folder = temporaryFolder()
  writeRun(folder, 'run-a', finished(10))
  const page = await Watched.over(folder)
  // They ask, and never read.
  const slow = Array.from({ length: LIMITS.streams }, () => connect(page.port, '127.0.0.1'))
  onTestFinished(() => slow.forEach((socket) => socket.destroy()))
  for (const socket of slow) {
    socket.pause().on('error', () => {})
    socket.write(
      `GET /api/dashboard/events?runs=run-a HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${page.token}\r\n\r\n`,
    )
  }
  await expect.poll(async () => (await page.api('/events?runs=')).status, { timeout: 15_000 }).toBe(503)
  expect((await page.json<RunList>('/runs')).runs).toHaveLength(1)
  slow[0]!.destroy()
  // As soon as one is gone another is let in.
  await expect
    .poll(async () => until(page.events('runs='), ({ type }) => type === 'hello').catch(() => 'refused'))
    .not.toBe('refused')
})

test('files of all points are written a few at a time, and whoever does not take theirs gives way when they have gone', async () => {
  const folder = temporaryFolder()
  writeRun(folder, 'run-a', finished(150_000))
  const page = await Watched.over(folder)
  const path = '/runs/run-a/points?key=train/loss'
  const slow = Array.from({ length: LIMITS.runningExports }, () => connect(page.port, '127.0.0.1'))
  onTestFinished(() => slow.forEach((socket) => socket.destroy()))
  for (const socket of slow) {
    socket.on('error', () => {})
    socket.write(`GET /api/dashboard${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${page.token}\r\n\r\n`)
    await once(socket, 'readable')
  }
  let isThere = false
  const next = page.api(path).finally(() => (isThere = true))
  expect((await page.json<RunList>('/runs')).runs).toHaveLength(1)
  expect(isThere).toBe(false)
  slow[0]!.destroy()
  let answer = await next
  // On a machine that is busy it may have waited for too long.
  while (answer.status === 503) answer = await page.api(path)
  expect([answer.status, answer.body.toString().split('\n').length]).toEqual([200, 150_002])
})

test('a question too many is refused at once', async () => {
  const reader = new Reader()
  onTestFinished(() => reader.close())
  const asked = Array.from({ length: 2_001 }, () => reader.ask('rows', { dirs: [], known: [] }))
  await expect(asked.pop()).rejects.toThrow('More is asked for than can be read at once')
  expect((await Promise.all(asked)).flat()).toEqual([])
})

test('a thread that dies costs the question that it had, and the next one is answered by another', async () => {
  const workers: Worker[] = []
  const onWorker = (message: unknown): void => void workers.push((message as { worker: Worker }).worker)
  subscribe('worker_threads', onWorker)
  onTestFinished(() => void unsubscribe('worker_threads', onWorker))
  const folder = temporaryFolder()
  writeRun(folder, 'run-a', finished(10))
  const page = await Watched.over(folder)
  expect((await page.json<RunList>('/runs')).runs).toHaveLength(1)
  expect(workers).toHaveLength(1)
  const asked = page.api('/runs/run-a')
  await workers[0]!.terminate()
  expect([200, 503]).toContain((await asked).status)
  expect((await page.json<RunList>('/runs')).runs).toHaveLength(1)
  expect(workers).toHaveLength(2)
})
