import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeRecord } from '@swanlab/journal'
import { afterAll, expect, test } from 'vitest'
import { HEADER, rows } from '../testing/journals.ts'
import { temporaryFolder, Watched, writeRun } from '../testing/watched.ts'
import { launchBrowser, openPage } from './testing/browser.ts'
import { ChartOnPage } from './testing/chart-on-page.ts'

// One page, for every change; everything else that takes a browser is in `test:dashboard`.
const browser = await launchBrowser()
afterAll(() => browser?.close())

test.skipIf(!browser)('a run is drawn in a browser with its spike, and grows while it is looked at', async () => {
  const folder = temporaryFolder()
  const journal = encodeRecord(HEADER) + rows(2_000, 0, (step) => Math.sin(step / 100) + (step === 1_500 ? 20 : 0))
  const dir = writeRun(folder, 'run-a', journal)
  const watched = await Watched.over(folder)
  const page = await openPage(browser!, watched.watcher.url)
  const chart = await new ChartOnPage(page, 'train/loss').drawn()
  expect(await chart.ink({ left: 0.74, right: 0.76, top: 0, bottom: 0.2 })).toBeGreaterThan(0)
  expect(page.url()).not.toContain(watched.token)
  await page.locator('.live.on').waitFor()
  appendFileSync(
    join(dir, 'journal.jsonl'),
    rows(1, 2_000, () => 50),
  )
  await expect
    .poll(() => chart.figure.locator('figcaption').textContent())
    .toContain('highest 50, swan-1 at step 2,000')
})
