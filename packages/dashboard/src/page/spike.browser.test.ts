import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { init } from '@swanlab/core'
import { journal } from '@swanlab/journal'
import { afterAll, expect, it } from 'vitest'
import { randomOf } from '../testing/random.ts'
import { watchRuns, type Watcher } from '../server/watch.ts'
import { launchBrowser, openPage } from './testing/browser.ts'
import { ChartOnPage } from './testing/chart-on-page.ts'

const STEPS = 1_000_000
const ZOOMS = 10
/** What it prints when it fails draws the same spike and the same zooms again. */
const SEED = Number(process.env['SPIKE_SEED'] ?? Date.now() % 2 ** 31)

const browser = await launchBrowser()
let watcher: Watcher | undefined
const logdir = mkdtempSync(join(tmpdir(), 'swanlab-spike-'))

afterAll(async () => {
  await browser?.close()
  await watcher?.close()
  rmSync(logdir, { recursive: true, force: true })
})

it.skipIf(!browser)(
  'one point among a million is drawn in full view, and at ten random zooms',
  async () => {
    const random = randomOf(SEED)
    const spike = Math.floor(random() * STEPS)
    const settings = { console: 'none', logLevel: 'error', metadataCollect: false, requirementsCollect: false } as const
    const run = await init({ project: 'spike', settings, callbacks: [journal({ logdir })] })
    for (let step = 0; step < STEPS; step++)
      run.log({ loss: Math.sin(step / 500) + random() + (step === spike ? 20 : 0) }, step)
    await run.finish()
    watcher = await watchRuns({ folders: [logdir], port: 0, cache: false })
    const { origin, hash } = new URL(watcher.url)
    const page = await openPage(browser!, `${origin}/${hash}`)
    const chart = await new ChartOnPage(page, 'loss').drawn()
    const views = Array.from({ length: ZOOMS }, (): [from: number, to: number] => {
      // From all of it down to a hundred steps.
      const length = STEPS * 1e-4 ** random()
      const from = spike - length * (0.1 + 0.8 * random())
      return [from, from + length]
    })
    for (const [from, to] of [[0, STEPS - 1] as const, ...views]) {
      await page.evaluate((query) => {
        history.pushState(null, '', query)
        dispatchEvent(new PopStateEvent('popstate'))
      }, `?from=${from}&to=${to}`)
      const at = (spike - from) / (to - from)
      const around = { left: at - 0.005, right: at + 0.005, top: 0, bottom: 0.15 }
      const message = `spike at ${spike}, from ${from} to ${to}, SPIKE_SEED=${SEED}`
      await expect.poll(() => chart.ink(around), { message, timeout: 40_000 }).toBeGreaterThan(0)
    }
    await watcher.close()
  },
  180_000,
)
