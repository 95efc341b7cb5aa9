import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { finished } from '../testing/journals.ts'
import { temporaryFolder, Watched, writeRun, type Answer } from '../testing/watched.ts'
import { FrameTickets } from './frame-tickets.ts'

const HTML = '<style>h1 { color: red }</style><h1>Hello</h1><script>alert(1)</script>'

async function watched(): Promise<Watched> {
  const logdir = temporaryFolder()
  const dir = writeRun(logdir, 'run-a', finished(1))
  mkdirSync(join(dir, 'media'))
  writeFileSync(join(dir, 'media', 'page.html'), HTML)
  writeFileSync(join(logdir, 'secret.html'), 'secret')
  symlinkSync(join(logdir, 'secret.html'), join(dir, 'media', 'link.html'))
  return Watched.over(logdir)
}

function ask(page: Watched, body: unknown, options: { readonly token?: boolean } = {}): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  return page.api('/runs/run-a/frame', { method: 'POST', headers, body: JSON.stringify(body), ...options })
}

async function addressOf(page: Watched, path: string, type = 'text/html'): Promise<string> {
  return (JSON.parse((await ask(page, { path, type })).body.toString()) as { address: string }).address
}

describe('a logged page is sent to a frame', () => {
  test('under a policy of its own, which lets it look as it likes and do nothing', async () => {
    const page = await watched()
    const answer = await page.ask(await addressOf(page, 'media/page.html'), { token: false })
    expect(answer).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      },
    })
    expect(answer.body.toString()).toBe(HTML)
    expect(String(answer.headers['content-security-policy']).split('; ')).toEqual([
      'sandbox',
      "default-src 'none'",
      "style-src 'unsafe-inline'",
      'img-src data:',
      'font-src data:',
      'media-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'self'",
    ])
  })

  test('from an address that is good once, for whoever has the token', async () => {
    const page = await watched()
    const address = await addressOf(page, 'media/page.html', 'image/svg+xml')
    expect(address).toMatch(/^\/api\/dashboard\/frames\/[\w-]{22}$/)
    expect((await page.ask(address, { token: false })).headers['content-type']).toBe('image/svg+xml; charset=utf-8')
    expect(await page.ask(address, { token: false })).toMatchObject({ status: 410 })
    expect(await page.ask('/api/dashboard/frames/made-up')).toMatchObject({ status: 410 })
    expect(await ask(page, { path: 'media/page.html', type: 'text/html' }, { token: false })).toMatchObject({
      status: 401,
    })
  })

  test('only when it is a medium of the run', async () => {
    const page = await watched()
    for (const path of ['journal.jsonl', 'media/../journal.jsonl', 'media/link.html', 'media/none.html'])
      expect([path, (await page.ask(await addressOf(page, path))).status]).toEqual([path, 404])
    expect(await ask(page, { path: 'media/page.html', type: 'text/javascript' })).toMatchObject({ status: 400 })
  })
})

test('an address that nobody asks for is forgotten, and there are never many', () => {
  let now = 0
  const tickets = new FrameTickets(() => now)
  const file = { dir: '/runs/a', path: 'media/a.html', type: 'text/html' } as const
  const first = tickets.issue(file)
  now = 29_000
  const second = tickets.issue(file)
  now = 31_000
  expect(tickets.take(first)).toBeUndefined()
  expect(tickets.take(second)).toMatchObject(file)
  const many = Array.from({ length: 1_001 }, () => tickets.issue(file))
  expect(many.map((id) => tickets.take(id) !== undefined).filter(Boolean)).toHaveLength(1_000)
})
