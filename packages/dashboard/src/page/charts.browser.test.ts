import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { init, type Run } from '@swanlab/core'
import { journal } from '@swanlab/journal'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { watchRuns, type Watcher } from '../server/watch.ts'
import { accessibilityProblems, launchBrowser, openPage } from './testing/browser.ts'
import { ChartOnPage } from './testing/chart-on-page.ts'

const STEPS = 20_000
const SPIKE = 12_345

const browser = await launchBrowser()
let watcher: Watcher
let logdir: string
let running: Run

beforeAll(async () => {
  if (!browser) return
  logdir = mkdtempSync(join(tmpdir(), 'swanlab-page-'))
  watcher = await watchRuns({ folders: [logdir], port: 0, cache: false })
  const spiky = await start('spiky', { lr: 0.1, kind: 'a' })
  for (let step = 0; step < STEPS; step++)
    spiky.log({ 'train/loss': Math.sin(step / 500) + (step === SPIKE ? 20 : 0), 'train/accuracy': step / STEPS }, step)
  await spiky.finish()
  const broken = await start('broken', { lr: 0.2, kind: 'b' })
  for (let step = 0; step < 100; step++) broken.log({ gaps: step >= 40 && step < 60 ? Number.NaN : step % 7 }, step)
  await broken.finish({ state: 'crashed', error: new Error('loss is NaN') })
  running = await start('running', { lr: 0.3, kind: 'b' })
  for (let step = 0; step < 10; step++) running.log({ live: step }, step)
})

afterAll(async () => {
  if (!browser) return
  await browser.close()
  await running.finish()
  await watcher.close()
  rmSync(logdir, { recursive: true, force: true })
})

function start(name: string, config: object): Promise<Run> {
  const settings = { console: 'none', logLevel: 'error', metadataCollect: false, requirementsCollect: false } as const
  return init({ project: 'page', name, config, settings, reinit: true, callbacks: [journal({ logdir })] })
}

/** @param query - With its question mark. */
async function open(query: string, options?: Parameters<typeof openPage>[2]): Promise<Page> {
  const { origin, hash } = new URL(watcher.url)
  return openPage(browser!, `${origin}/${query}${hash}`, options)
}

describe.skipIf(!browser)('charts in a browser', () => {
  it('say in the tooltip, and aloud, what is in the journal', async () => {
    const page = await open(`?from=${SPIKE - 50}&to=${SPIKE + 50}`)
    const chart = await new ChartOnPage(page, 'train/loss').drawn()
    await expect.poll(async () => (await chart.pointAt(0.5))[0]?.[0], { timeout: 20_000 }).toBe('step 12,345')
    const value = Math.sin(SPIKE / 500) + 20
    const shown = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 5 }).format(value)
    expect((await chart.pointAt(0.5))[1]).toEqual(['spiky', shown])
    await page.mouse.move(0, 0)
    await chart.figure.locator('.tooltip').waitFor({ state: 'hidden' })
    await chart.figure.locator('.plot').focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowRight')
    const first = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 5 }).format(Math.sin((SPIKE - 49) / 500))
    await expect
      .poll(() => page.locator('[aria-live=polite]').first().textContent())
      .toBe(`at 12,296, spiky ${first.replace('-', '−')}`)
  })

  it('export every point as it is in the journal', async () => {
    const page = await open('')
    const chart = await new ChartOnPage(page, 'train/loss').drawn()
    await chart.figure.getByRole('button', { name: 'Chart settings of train/loss' }).click({ force: true })
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).click()])
    const lines = readFileSync(await file.path(), 'utf8')
      .trimEnd()
      .split('\n')
    expect(lines).toHaveLength(STEPS + 1)
    expect(lines[0]).toBe('run,step,time,value')
    expect(lines[SPIKE + 1]).toMatch(new RegExp(`^spiky,${SPIKE},[^,]+,${Math.sin(SPIKE / 500) + 20}$`))
  })

  it('keep a zoom in the address, which Back and a double click undo', async () => {
    const page = await open('')
    const chart = await new ChartOnPage(page, 'train/loss').drawn()
    await chart.drag(0.25, 0.5)
    const range = (): { from: number; to: number } => {
      const { searchParams } = new URL(page.url())
      return { from: Number(searchParams.get('from')), to: Number(searchParams.get('to')) }
    }
    await expect.poll(() => Math.abs(range().from - 5_000)).toBeLessThan(100)
    expect(Math.abs(range().to - 10_000)).toBeLessThan(100)
    expect(page.url()).not.toContain('t=')
    await page.goBack()
    await expect.poll(() => new URL(page.url()).search).toBe('')
    await chart.drag(0.25, 0.5)
    await expect.poll(() => range().to).toBeGreaterThan(0)
    await chart.figure.locator('.u-over').dblclick()
    await expect.poll(() => new URL(page.url()).search).toBe('')
  })

  it('leave a gap where values are NaN, with a mark at the foot', async () => {
    const chart = await new ChartOnPage(await open('?find=broken'), 'gaps').drawn()
    expect(await chart.ink({ left: 0.45, right: 0.55, top: 0, bottom: 0.9 })).toBe(0)
    expect(await chart.ink({ left: 0.4, right: 0.6, top: 0.9, bottom: 1 })).toBeGreaterThan(0)
    expect(await chart.ink({ left: 0.1, right: 0.3, top: 0, bottom: 1 })).toBeGreaterThan(0)
    expect((await chart.pointAt(0.5))[1]).toEqual(['broken', 'NaN'])
  })

  it('show what is logged while they are looked at', async () => {
    const page = await open('?find=running')
    const chart = await new ChartOnPage(page, 'live').drawn()
    await page.locator('.live.on').waitFor()
    running.log({ live: 1_000, later: 1 }, 10)
    await expect.poll(async () => (await chart.pointAt(0.999))[1], { timeout: 20_000 }).toEqual(['running', '1,000'])
    expect(await chart.figure.locator('figcaption').textContent()).toContain('highest 1,000, running at step 10')
    await page.locator('figure[data-key=later]').waitFor()
  })

  it.each(['light', 'dark'] as const)('can be used by everybody, in %s colours', async (colorScheme) => {
    const page = await open('?smooth=ema:.9&group=kind', { colorScheme })
    await new ChartOnPage(page, 'train/loss').drawn()
    expect(await accessibilityProblems(page)).toEqual([])
    await page.keyboard.press('Control+k')
    await page.getByRole('listbox').waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('listbox').waitFor({ state: 'detached' })
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
  })
})
