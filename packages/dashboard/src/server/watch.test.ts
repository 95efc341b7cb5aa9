import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodeRecord } from '@swanlab/journal'
import { decodeFrame } from '../protocol/frame.ts'
import type { ConsolePage, MediaList, RunDetail, RunList } from '../protocol/runs.ts'
import { HEADER, rows } from '../testing/journals.ts'
import { temporaryFolder, Watched, writeRun } from '../testing/watched.ts'

const PNG = Buffer.from('\x89PNG\r\n\x1a\n rest of it', 'latin1')

/** A logdir with one run of everything. */
async function watched(): Promise<Watched> {
  const folder = temporaryFolder()
  const lines = Array.from({ length: 20 }, (_, n) =>
    encodeRecord({ type: 'console', line: n + 1, level: 'info', text: `Epoch ${n + 1}`, time: 2_000 }),
  )
  const media =
    encodeRecord({ type: 'column', key: 'sample', index: 2, kind: 'image', section: 'default', step: 2, time: 3 }) +
    encodeRecord({
      ...{ type: 'media', key: 'sample', step: 2, time: 3, data: ['media/image/a.png'] },
      more: [{ caption: 'A cat' }],
    })
  const dir = writeRun(folder, 'run-a', encodeRecord(HEADER) + rows(100) + lines.join('') + media)
  mkdirSync(join(dir, 'media/image'), { recursive: true })
  writeFileSync(join(dir, 'media/image/a.png'), PNG)
  return Watched.over(folder)
}

test('answers what a page asks: runs, one run, series, console, media, files, points', async () => {
  const page = await watched()
  expect(await page.json('/session')).toMatchObject({ viewer: '', mode: 'watch' })

  const { runs } = await page.json<RunList>('/runs')
  expect(runs).toMatchObject([{ key: 'run-a', name: 'swan-1', project: 'cats', config: { lr: 1 } }])

  const detail = await page.json<RunDetail>('/runs/run-a')
  expect(detail.columns.map(({ key, count }) => [key, count])).toEqual([
    ['train/loss', 100],
    ['train/acc', 100],
    ['sample', 0],
  ])

  const query = { id: 'q', runs: ['run-a', 'nobody'], key: 'train/acc', x: { kind: 'step' }, width: 1_000 }
  const series = await page.api('/series', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ queries: [query] }),
  })
  const { header, arrays } = decodeFrame(series.body)
  expect(header.lines).toMatchObject([{ run: 'run-a', points: 100, exact: true }])
  expect([...arrays[header.lines[0]!.arrays.y!]!]).toEqual(Array.from({ length: 100 }, (_, n) => n))

  const console = await page.json<ConsolePage>('/runs/run-a/console?from=5&count=2')
  expect(console).toMatchObject({ total: 20, lines: [{ line: 5, text: 'Epoch 5' }, { line: 6 }] })
  expect(await page.json('/runs/run-a/console/find?text=EPOCH%202&after=2')).toEqual({ lines: [20], more: false })

  const media = await page.json<MediaList>('/runs/run-a/media?key=sample')
  expect(media).toMatchObject({
    kind: 'image',
    entries: [{ step: 2, items: [{ path: 'media/image/a.png', caption: 'A cat' }] }],
  })
  const file = await page.api('/runs/run-a/file?path=media/image/a.png')
  expect(file).toMatchObject({ status: 200, headers: { 'content-type': 'image/png' }, body: PNG })

  const csv = (await page.api('/runs/run-a/points?key=train/acc')).body.toString()
  expect(csv.split('\n').slice(0, 3)).toEqual([
    'step,time,train/acc',
    '0,1970-01-01T00:00:01.000Z,0',
    '1,1970-01-01T00:00:01.001Z,1',
  ])
  expect(csv.trimEnd().split('\n')).toHaveLength(101)
})

describe('a request is refused', () => {
  test.each([
    ['for a foreign host', { host: 'evil.example' }, 421],
    ['for a foreign host with the right port', { host: 'evil.example:5092' }, 421],
    ['without a host that can be read', { host: ':80' }, 421],
    ['from a foreign origin', { origin: 'http://evil.example' }, 403],
    ['from an origin that says nothing', { origin: 'null' }, 403],
    ['from another port of this machine', { origin: 'http://127.0.0.1:1' }, 403],
    ['that a browser calls cross-site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' }, 403],
    ['that comes from another port', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }, 403],
  ])('%s, before anything else, streams too', async (_, headers: Record<string, string>, status) => {
    const page = await Watched.over(temporaryFolder())
    for (const path of ['/', '/assets/x.js', '/api/dashboard/runs', '/api/dashboard/events', '/nothing', '/..%2f'])
      for (const token of [true, false]) {
        const answer = await page.ask(path, { headers, token })
        expect([path, answer.status]).toEqual([path, path === '/..%2f' && status !== 421 ? answer.status : status])
        expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'/)
        expect(JSON.parse(answer.body.toString())).toEqual({ message: expect.stringMatching(/^[A-Z].*\.$/) })
      }
  })

  test('without the token, and with a wrong one', async () => {
    const page = await watched()
    for (const path of ['/session', '/runs', '/runs/run-a', '/events', '/runs/run-a/points?key=a'])
      for (const authorization of ['', 'Bearer', 'Bearer x', `Bearer ${page.token}x`, `Basic ${page.token}`])
        expect(await page.api(path, { token: false, headers: { authorization } })).toMatchObject({ status: 401 })
    expect(await page.api('/runs', { token: false, headers: { cookie: `token=${page.token}` } })).toMatchObject({
      status: 401,
    })
  })
})
