import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { init, type Run } from '@swanlab/core'
import { journal } from '@swanlab/journal'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessibilityProblems, launchBrowser, openPage } from '../testing/browser.ts'
import { ChartOnPage } from '../testing/chart-on-page.ts'
import { watchRuns, type Watcher } from '../../server/watch.ts'
import { runsAsHtml } from '../../export/html.ts'

const STEPS = 20_000
const SPIKE = 12_345
const PEAK = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 5 }).format(Math.sin(SPIKE / 500) + 20)
const HOSTILE = `</script><script>document.title = 'taken'</script><img src=x onerror=alert(1)>`
const BIDI = '\u202Egnp.exe'

const browser = await launchBrowser()
let folder: string
let logdir: string
let watcher: Watcher

beforeAll(async () => {
  if (!browser) return
  folder = mkdtempSync(join(tmpdir(), 'swanlab-html-'))
  logdir = join(folder, 'logdir')
  mkdirSync(logdir)
  const spiky = await start('1', HOSTILE)
  const loss = (step: number): number => Math.sin(step / 500) + (step === SPIKE ? 20 : 0)
  for (let step = 0; step < STEPS; step++) spiky.log({ 'train/loss': loss(step), [`${HOSTILE}${BIDI}`]: step }, step)
  await spiky.finish()
  const other = await start('2', `other ${BIDI}`)
  for (let step = 0; step < 100; step++) other.log({ 'train/loss': step >= 50 ? Number.NaN : 2 }, step)
  await other.finish({ state: 'crashed', error: new Error(`loss is NaN ${HOSTILE}`) })
  watcher = await watchRuns({ folders: [logdir], port: 0, cache: false })
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await watcher?.close()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

/** @param id - Both begin in the same second, and are listed by id then. */
function start(id: string, name: string): Promise<Run> {
  const settings = { console: 'none', logLevel: 'error', metadataCollect: false, requirementsCollect: false } as const
  const config = { lr: 0.1, [HOSTILE]: HOSTILE }
  return init({
    project: 'html',
    id,
    resume: 'allow',
    name,
    config,
    settings,
    reinit: true,
    callbacks: [journal({ logdir })],
  })
}

/** Opens a file without a network. */
async function openFile(path: string, options?: Parameters<typeof openPage>[2]): Promise<Page> {
  return openPage(browser!, pathToFileURL(path).href, { offline: true, ...options })
}

function runDirs(): string[] {
  return readdirSync(logdir)
    .filter((name) => name.startsWith('run-'))
    .map((name) => join(logdir, name))
}

async function written(dirs: readonly string[] = runDirs()): Promise<string> {
  const path = join(folder, 'runs.html')
  writeFileSync(path, await runsAsHtml(dirs, { cache: false }))
  return path
}

/** The spike is drawn, and what the tooltip says of it is what was logged. */
async function showsSpike(page: Page): Promise<void> {
  const chart = await new ChartOnPage(page, 'train/loss').drawn()
  const at = SPIKE / (STEPS - 1)
  const around = { left: at - 0.006, right: at + 0.006, top: 0, bottom: 0.15 }
  await expect.poll(() => chart.ink(around)).toBeGreaterThan(0)
  // All points of the pixel that is pointed at.
  await expect.poll(async () => (await chart.pointAt(at)).flat().join(' ')).toContain(`– ${PEAK}`)
  await chart.drag(at - 0.1, at + 0.1)
  await expect.poll(() => chart.ink({ left: 0.4, right: 0.6, top: 0, bottom: 0.15 })).toBeGreaterThan(0)
}

describe.skipIf(!browser)('runs as one HTML file', () => {
  it('open from disk, with every spike, and with how each run ended', async () => {
    const page = await openFile(await written())
    await showsSpike(page)
    const rows = page.getByRole('table', { name: 'Runs' }).getByRole('row')
    expect(await rows.count()).toBe(3)
    await rows.filter({ hasText: HOSTILE }).getByText('Finished at step 19,999').waitFor()
    await rows.filter({ hasText: 'other' }).getByText(`Error: loss is NaN ${HOSTILE}`).waitFor()
    await rows.filter({ hasText: 'other' }).getByText('last train/loss NaN').waitFor()
  })

  it('holds names as text, whatever they are', async () => {
    const path = await written(runDirs().slice(0, 1))
    const page = await openFile(path)
    await page.locator('figure').first().waitFor()
    expect(await page.title()).toBe(`SwanLab: ${HOSTILE}`.slice(0, 109))
    expect(await page.locator('img').count()).toBe(0)
    await page.getByText('Configuration').first().click()
    await page.getByRole('group', { name: 'Configuration' }).getByText(HOSTILE).first().waitFor()
    // Nor does the file itself show its text in another order.
    expect(readFileSync(path, 'utf8')).not.toContain('\u202E')
    expect(readFileSync(path, 'utf8').match(/<script/g)).toHaveLength(3)
  })

  it('loads nothing, and may load nothing', async () => {
    const page = await openFile(await written(), { allowed: /Content Security Policy|requires 'TrustedHTML'/ })
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.reload()
    await page.locator('figure canvas').first().waitFor()
    expect(asked).toEqual([page.url()])
    expect(await page.evaluate(`fetch('http://127.0.0.1:${watcher.port}/').then(() => 'read', () => 'refused')`)).toBe(
      'refused',
    )
    expect(await page.evaluate(`try { document.body.innerHTML = '<b>'; 'set' } catch { 'refused' }`)).toBe('refused')
  })

  it.each(['light', 'dark'] as const)('can be used by everybody, in %s colours', async (colorScheme) => {
    const page = await openFile(await written(), { colorScheme, viewport: { width: 320, height: 800 } })
    await page.locator('figure canvas').first().waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  })

  it('takes the view from the page: its runs, axis, smoothing and zoom', async () => {
    const { origin, hash } = new URL(watcher.url)
    const page = await openPage(browser!, `${origin}/?metrics=loss&smooth=ema:.9&logx=1&from=10000&to=15000${hash}`)
    await new ChartOnPage(page, 'train/loss').drawn()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('one HTML file')
    await page.keyboard.press('Enter')
    await page.getByText('2 runs, 1 chart').waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save', exact: true }).click(),
    ])
    await page.getByText('Saved as').waitFor()
    const path = join(folder, 'view.html')
    await file.saveAs(path)
    const saved = await openFile(path)
    const chart = await new ChartOnPage(saved, 'train/loss').drawn()
    expect(await saved.locator('figure').count()).toBe(1)
    const [header, row] = await chart.pointAt(Math.log(SPIKE / 10_000) / Math.log(15_000 / 10_000))
    expect(header!.slice(0, 3)).toEqual(['step 12,345', 'smoothed', 'value'])
    expect(row!.join(' ')).toContain(PEAK)
    await saved.getByText('Smoothing was computed on all points.').waitFor()
  })
})
