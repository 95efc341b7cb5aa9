import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessibilityProblems, launchBrowser, openPage } from '../page/testing/browser.ts'
import { SampleRuns } from './sample-runs.ts'
import { Watched } from './watched.ts'

const browser = await launchBrowser()
let logdir: string
let runs: SampleRuns | undefined
beforeAll(async () => {
  if (!browser) return
  logdir = mkdtempSync(join(tmpdir(), 'swanlab-stranger-'))
  runs = await SampleRuns.write(logdir)
}, 300_000)
afterAll(async () => {
  await runs?.close()
  await browser?.close()
  if (browser) rmSync(logdir, { recursive: true, force: true })
})

async function open(path = '/', options?: BrowserContextOptions): Promise<Page> {
  const watched = await Watched.over(logdir)
  return openPage(browser!, `http://127.0.0.1:${watched.port}${path}#t=${watched.token}`, options)
}

/** How far what was there has moved, as a part of the window, without anybody having done anything. */
const MOVED = `new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries().reduce((sum, { value }) => sum + value, 0))).observe({
    type: 'layout-shift',
    buffered: true,
  })
  setTimeout(() => resolve(0), 500)
})`
const LAST: Readonly<Record<string, string>> = {
  charts: 'figure canvas',
  table: '.run-table .no-number',
  compare: '.data-table .number',
  alerts: '.alert-table .level-error',
}

describe.skipIf(!browser)('the screens of twenty runs', () => {
  it.each([320, 1_440])('fit %i pixels, and nothing moves while they load', async (width) => {
    for (const [tab, shown] of Object.entries(LAST)) {
      const page = await open(`/?tab=${tab}`, { viewport: { width, height: 800 } })
      await page.locator(shown).first().waitFor()
      // What comes later in the other two stands between what is there: the newest alert, the widest value.
      if (tab === 'charts' || tab === 'table') expect(await page.evaluate(MOVED), tab).toBeLessThan(0.005)
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0)
      expect(await accessibilityProblems(page)).toEqual([])
    }
  })
})

// Somebody who has never seen the page is to find the worst of twenty runs, and why it ended.
describe.skipIf(!browser)('the worst of twenty runs, and why it ended', () => {
  it('is three clicks away', async () => {
    const page = await open()
    await page.getByRole('tab', { name: 'Table' }).click()
    await page.getByRole('button', { name: 'train/loss last' }).click()
    const worst = page.locator('.run-table tbody tr', { has: page.locator('.no-number') })
    await worst.getByText('NaN', { exact: true }).waitFor()
    // The reason stands beside it, before anything is opened.
    await worst.getByText('train/loss is NaN at step 1300').waitFor()
    await worst.getByRole('link').click()
    await page.getByText('at step 1,300 after 52m 2s; last train/loss NaN.').waitFor()
    await page.getByText('RangeError: train/loss is NaN at step 1300').waitFor()
  })

  it('is found by keyboard alone', async () => {
    const page = await open()
    await page.locator('.run-row').first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('why~nan')
    await expect.poll(() => page.locator('.run-row').count()).toBe(1)
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await page.getByText('RangeError: train/loss is NaN at step 1300').waitFor()
    // And back to the list, as it was.
    await page.goBack()
    await expect.poll(() => page.locator('.run-row').count()).toBe(1)
  })

  it('is found by keyboard in the table, too', async () => {
    const page = await open()
    await page.locator('.run-row').first().waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('t')
    await page.getByRole('button', { name: 'train/loss last' }).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('.run-table [aria-sort=descending]').count()).toBe(1)
    await page.locator('.run-table tbody tr', { hasText: 'NaN' }).getByRole('link').focus()
    await page.keyboard.press('Enter')
    await page.getByText('RangeError: train/loss is NaN at step 1300').waitFor()
  })
})
