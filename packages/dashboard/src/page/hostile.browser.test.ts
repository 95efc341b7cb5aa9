import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { watchRuns, type Watcher } from '../server/watch.ts'
import { MARKUP, writeHostileRun, writeWideRun } from '../testing/hostile-run.ts'
import { launchBrowser, openPage } from './testing/browser.ts'

/** What frames with somebody's page are stopped from: the browser says so on the console. */
const STOPPED =
  /^(?:Blocked script execution|Loading the image|Applying inline style|Refused to|The action has been blocked|Executing inline|Setting the document's base URI)/

const browser = await launchBrowser()
let logdir = ''
let watcher: Watcher

beforeAll(async () => {
  if (!browser) return
  logdir = mkdtempSync(join(tmpdir(), 'swanlab-hostile-'))
  writeHostileRun(logdir)
  writeWideRun(logdir)
  watcher = await watchRuns({ folders: [logdir], port: 0, cache: false, report: console.error })
})
afterAll(async () => {
  if (!browser) return
  await browser.close()
  await watcher.close()
  rmSync(logdir, { recursive: true, force: true })
})

async function open(path: string): Promise<Page> {
  const { origin, hash } = new URL(watcher.url)
  const page = await openPage(browser!, `${origin}${path}${hash}`, {
    allowed: STOPPED,
    viewport: { width: 1_280, height: 4_000 },
  })
  page.on('dialog', () => expect.fail('a dialog was opened'))
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !url.startsWith('blob:')) expect.fail(`${url} was asked for`)
  })
  return page
}

const PARTS = ['overview', 'config', 'console', 'media', 'alerts', 'metadata', 'requirements', 'journal', 'charts']
const SCREENS = [
  '/',
  '/?tab=table',
  '/?tab=compare',
  '/?tab=alerts',
  ...PARTS.map((p) => `/runs/run-hostile?part=${p}`),
]

/** Whether a text stands anywhere from right to left. */
async function isTurned(page: Page, selector: string, text: string): Promise<boolean> {
  return page.evaluate(
    ([where, wanted]) => {
      for (const element of document.querySelectorAll(where!)) {
        const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT)
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const at = node.nodeValue!.indexOf(wanted!)
          if (at < 0) continue
          const place = (from: number): DOMRect => {
            const range = document.createRange()
            range.setStart(node, from)
            range.setEnd(node, from + 1)
            return range.getBoundingClientRect()
          }
          const [first, last] = [place(at), place(at + wanted!.length - 1)]
          if (first.top === last.top && first.left > last.left) return true
        }
      }
      return false
    },
    [selector, text] as const,
  )
}

describe.skipIf(!browser)('a run whose texts are all hostile', () => {
  it('is shown on every screen as text, and does nothing', async () => {
    const page = await open('/')
    for (const path of SCREENS) {
      await page.goto(new URL(path, watcher.url).href)
      await page.locator('.run-row, .run-header').first().waitFor()
      await page.getByRole('tabpanel').locator('table, h3, pre, .tree, .console-line, canvas, li').first().waitFor()
      await expect.poll(() => page.locator('body').innerText()).toContain('<img src=x onerror=')
      expect(await page.locator('img[src="x"], body script, a[href^="javascript:"], [onerror]').count()).toBe(0)
      expect(await page.title()).not.toBe('taken')
      expect(page.url()).toContain(new URL(watcher.url).origin)
      await page.setViewportSize({ width: 320, height: 800 })
      const scroller = page.locator('.scroller').first()
      expect([path, await scroller.evaluate((one) => one.scrollWidth - one.clientWidth)]).toEqual([path, 0])
      await page.setViewportSize({ width: 1_280, height: 4_000 })
      for (const word of ['crashed', 'at step', 'step 4'])
        expect([path, word, await isTurned(page, '.page *', word)]).toEqual([path, word, false])
    }
  })

  it('shows pictures that are programs, bombs or something else as what they are', async () => {
    const page = await open('/runs/run-hostile?part=media')
    await page.getByText('60,000', { exact: false }).first().waitFor()
    await page
      .getByText('This image is not shown: its dimensions cannot be read.')
      .or(page.getByText('not what it was logged as'))
      .first()
      .waitFor()
    expect(await page.locator('.media-item img').count()).toBe(0)
    for (const frame of await page.locator('iframe').all()) expect(await frame.getAttribute('sandbox')).toBe('')
    expect(await page.locator('iframe').count()).toBe(2)
    expect(await page.title()).not.toBe('taken')
  })

  it('leads to its page by its address, and is found, filtered and sorted by its name', async () => {
    const page = await open('/')
    await page.getByRole('searchbox').first().fill('onerror')
    await page.locator('.run-row').first().waitFor()
    expect(await page.locator('.run-row').count()).toBe(1)
    await page.locator('.run-row a.name').click()
    await page.locator('.run-title h2', { hasText: MARKUP }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/runs/run-hostile')
  })
})

describe.skipIf(!browser)('a run of 10,000 keys', () => {
  it('has charts for those that are looked at alone, and finds any of them', async () => {
    const page = await open('/runs/run-wide?part=charts')
    await page.locator('figure canvas').first().waitFor()
    expect(await page.locator('canvas').count()).toBeLessThan(60)
    await page.getByRole('searchbox', { name: /metric/i }).fill('layer/9999')
    await page.locator('figure[data-key="layer/9999"] canvas').waitFor()
  })
})
