import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { launchBrowser, openPage } from '../../packages/dashboard/src/page/testing/browser.ts'
import { CountingProxy } from './counting-proxy.ts'
import { Server, Writer } from './watching.ts'

/** A server that is gone is said by the browser, too. */
const GONE = /^Failed to load resource: (?:net::ERR_|the server responded with a status of (?:404|503))/

type Page = Awaited<ReturnType<typeof openPage>>

const browser = await launchBrowser()
afterAll(() => browser?.close())

let logdir: string
beforeEach(() => {
  logdir = mkdtempSync(join(tmpdir(), 'swanlab-live-'))
})
afterEach(() => rmSync(logdir, { recursive: true, force: true }))

interface Watching {
  readonly writer: Writer
  readonly server: Server
  readonly proxy: CountingProxy
  readonly page: Page
}

/** A training, `swanlab watch` over it, and a page that shows it. */
async function watching(path = '/'): Promise<Watching> {
  const writer = await Writer.in(logdir)
  await writer.log(2)
  const server = await Server.over(logdir, '--port', '0', '--token-file', join(logdir, 'token'))
  const proxy = await CountingProxy.to(server.url.port)
  onTestFinished(() => proxy.close())
  const page = await openPage(browser!, `http://127.0.0.1:${proxy.port}${path}${server.url.hash}`, { allowed: GONE })
  await page.locator('.live.on').waitFor()
  return { writer, server, proxy, page }
}

const runDir = (): string =>
  join(
    logdir,
    readdirSync(logdir).find((name) => name.startsWith('run-'))!,
  )

/** What the chart of the loss says of its points: how many there are, and the last. */
async function points(page: Page): Promise<string> {
  return (await page.locator('.chart-table tbody tr').first().innerText()).replaceAll(/\s+/g, ' ')
}

async function openTable(page: Page): Promise<void> {
  await page.locator('figure[data-key=loss] canvas').waitFor()
  await page.getByRole('button', { name: 'Chart settings of loss' }).click({ force: true })
  await page.getByRole('button', { name: /table/i }).click()
  await page.locator('.chart-table').waitFor()
}

describe.skipIf(!browser)('a page over a run that is being written', () => {
  test('says that its writer was killed, and why, by itself', async () => {
    const { writer, page } = await watching()
    await page.locator('.run-row a.name').click()
    await page.locator('.run-title .state', { hasText: 'running' }).waitFor()
    await writer.log(410)
    await page.locator('.how', { hasText: 'at step 412' }).waitFor()
    await writer.kill()
    await page.locator('.run-title .state', { hasText: 'crashed' }).waitFor()
    await page
      .locator('.how', { hasText: /^Killed by SIGKILL at step 412 after .*; last loss 0\.0024272\.$/ })
      .waitFor()
    await page.getByRole('tab', { name: 'Overview' }).click()
    await page.locator('.evidence li', { hasText: 'SIGKILL' }).first().waitFor()
  })

  test('misses nothing and shows nothing twice when the server is another', async () => {
    const { writer, server, page } = await watching()
    await openTable(page)
    for (let times = 1; times <= 30; times++) await writer.log(1)
    await expect.poll(() => points(page)).toMatch(/ 32$/)
    await server.kill()
    await writer.log(40)
    await page.getByText('The server does not answer.').waitFor()
    // What is on the screen stays there.
    expect(await points(page)).toMatch(/ 32$/)
    await Server.over(logdir, '--port', server.url.port, '--token-file', join(logdir, 'token'))
    await expect.poll(() => points(page)).toMatch(/ 72$/)
    await page.getByText('The server does not answer.').waitFor({ state: 'detached' })
    await writer.log(600)
    await writer.log(3)
    await expect.poll(() => points(page)).toMatch(/ 675$/)
    expect(await points(page)).toContain('0.0014815')
  })

  test('has no stream while it is hidden, and goes on when it is looked at', async () => {
    const { writer, proxy, page } = await watching()
    await openTable(page)
    await expect.poll(() => proxy.streams).toBe(1)
    const show = (hidden: boolean): Promise<unknown> =>
      page.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${hidden} })
        document.dispatchEvent(new Event('visibilitychange'))`)
    await show(true)
    await expect.poll(() => proxy.streams).toBe(0)
    await writer.log(50)
    expect(proxy.streams).toBe(0)
    await show(false)
    await expect.poll(() => points(page)).toMatch(/ 52$/)
    await expect.poll(() => proxy.streams).toBe(1)
  })

  test('takes less than 5 kB for what a second brings, one of six runs logging', async () => {
    const { writer, proxy, page } = await watching()
    for (let number = 0; number < 5; number++) {
      const dir = join(logdir, `run-old-${number}`)
      cpSync(runDir(), dir, { recursive: true })
      const journal = join(dir, 'journal.jsonl')
      const text = readFileSync(journal, 'utf8')
      writeFileSync(
        journal,
        `${text}${JSON.stringify({ type: 'finish', time: Date.now(), state: 'finished', duration: 1, steps: 2, losses: {} })}\n`,
      )
    }
    await expect.poll(() => page.locator('.run-row').count()).toBe(6)
    await openTable(page)
    await writer.log(1)
    await expect.poll(() => points(page)).toMatch(/ 3$/)
    const [before, LOGS] = [proxy.bytes, 5]
    for (let more = 1; more <= LOGS; more++) {
      await writer.log(1)
      await expect.poll(() => points(page)).toMatch(new RegExp(` ${3 + more}$`))
      // The list says so once a second.
      await page.locator('.run-row', { hasText: `step ${3 + more}` }).waitFor()
    }
    console.log(`${Math.round((proxy.bytes - before) / LOGS)} bytes for each second with one log`)
    expect((proxy.bytes - before) / LOGS).toBeLessThan(5_000)
  })

  test('shows a journal that was replaced, and says when its folder is removed', async () => {
    const { writer, page } = await watching()
    await writer.log(100)
    await openTable(page)
    await expect.poll(() => points(page)).toMatch(/ 102$/)
    const dir = runDir()
    const journal = join(dir, 'journal.jsonl')
    const [header] = readFileSync(journal, 'utf8').split('\n')
    const log = (step: number): string =>
      `${JSON.stringify({ type: 'log', step, time: Date.now(), data: { loss: 7 + step } })}\n`
    writeFileSync(join(logdir, 'other'), `${header}\n${log(1)}${log(2)}`)
    renameSync(join(logdir, 'other'), journal)
    await expect.poll(() => points(page)).toMatch(/ 9 .* 2$/)
    appendFileSync(journal, log(3))
    await expect.poll(() => points(page)).toMatch(/ 10 .* 3$/)
    await page.locator('.run-row a.name').click()
    await page.locator('.run-title').waitFor()
    await writer.kill()
    rmSync(dir, { recursive: true, force: true })
    await page.getByText('This run is not here any more').waitFor()
    await page
      .getByRole('link', { name: /runs/i })
      .or(page.getByRole('button', { name: /runs/i }))
      .first()
      .click()
    await page.getByText('swanlab').first().waitFor()
  })
})
