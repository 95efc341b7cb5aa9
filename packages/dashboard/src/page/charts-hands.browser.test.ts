import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeLog, encodeRecord } from '@swanlab/journal'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { watchRuns, type Watcher } from '../server/watch.ts'
import { HEADER } from '../testing/journals.ts'
import { accessibilityProblems, launchBrowser, openPage } from './testing/browser.ts'
import { ChartOnPage } from './testing/chart-on-page.ts'

const STEPS = 2_000
const SPIKE = 700

const browser = (await launchBrowser()) as Browser
let watcher: Watcher
let logdir: string

/** What nobody means to log, and somebody does: key, and the value at each step. */
const ODD: Readonly<Record<string, readonly (readonly [step: number, value: number])[]>> = {
  'odd/all-nan': [0, 1, 2].map((step) => [step, Number.NaN]),
  'odd/one-point': [[5, 3]],
  'odd/far-steps': [0, 1, 2, 3].map((n) => [2 ** 47 - 3 + n, n]),
  'odd/no-range': Array.from({ length: 50 }, (_, step) => [step, 7]),
  'odd/huge': [1, 2, 3].map((step) => [step, step * 1e300]),
  'odd/tiny': [1, 2, 3].map((step) => [step, step * 5e-324]),
  'odd/next-to-each-other': [1, 2, 3].map((step) => [step, 2 ** 53 + 2 * step]),
  'odd/zero-and-less': [1, 2, 3].map((step) => [step, 1 - step]),
  'odd/infinite': [
    [1, Infinity],
    [2, 1],
    [3, -Infinity],
  ],
}

beforeAll(async () => {
  if (!browser) return
  logdir = mkdtempSync(join(tmpdir(), 'swanlab-hands-'))
  write(
    'curve',
    Array.from({ length: STEPS }, (_, step) => ({
      step,
      data: { 'a/loss': Math.sin(step / 100) + (step === SPIKE ? 50 : 0), 'a/tokens': step * 512 },
    })),
  )
  write(
    'other',
    Array.from({ length: STEPS / 10 }, (_, n) => ({ step: 10 * n, data: { 'a/loss': 0.5 } })),
  )
  write(
    'odd',
    Object.entries(ODD).flatMap(([key, points]) => points.map(([step, value]) => ({ step, data: { [key]: value } }))),
  )
  watcher = await watchRuns({ folders: [logdir], port: 0, cache: false })
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await watcher?.close()
  if (logdir) rmSync(logdir, { recursive: true, force: true })
})

function write(
  name: string,
  rows: readonly { readonly step: number; readonly data: Readonly<Record<string, number>> }[],
): void {
  mkdirSync(join(logdir, `run-${name}`))
  const run = { ...HEADER.run, id: name, experimentName: name, config: { kind: name === 'odd' ? 'b' : 'a' } }
  const records = rows.map(({ step, data }) => encodeLog({ time: HEADER.time + 1, step, data }))
  writeFileSync(join(logdir, `run-${name}`, 'journal.jsonl'), encodeRecord({ ...HEADER, run }) + records.join(''))
}

/** @param query - With its question mark. */
async function open(query: string, options?: Parameters<typeof openPage>[2]): Promise<Page> {
  const { origin, hash } = new URL(watcher.url)
  return openPage(browser, `${origin}/${query}${hash}`, options)
}

const parameter = (page: Page, name: string): string | null => new URL(page.url()).searchParams.get(name)

describe.skipIf(!browser)('a chart in somebody’s hands', { timeout: 120_000 }, () => {
  it('is zoomed along y by dragging with Shift, and shows all again after a double click', async () => {
    const page = await open('?find=curve')
    const chart = await new ChartOnPage(page, 'a/loss').drawn()
    const box = (await chart.figure.locator('.u-over').boundingBox())!
    await page.keyboard.down('Shift')
    await page.mouse.move(box.x + 60, box.y + box.height * 0.5)
    await page.mouse.down()
    await page.mouse.move(box.x + 90, box.y + box.height * 0.9, { steps: 4 })
    await page.mouse.up()
    await page.keyboard.up('Shift')
    await expect.poll(() => parameter(page, 'y')).toMatch(/^a\/loss:[-\d.]+\.\.[\d.]+$/)
    expect(parameter(page, 'from')).toBeNull()
    // The spike has no place any more, and a wedge at the edge says so.
    const column = { left: SPIKE / STEPS - 0.02, right: SPIKE / STEPS + 0.02 }
    await expect.poll(() => chart.ink({ ...column, top: 0, bottom: 0.03 })).toBeGreaterThan(0)
    await chart.figure.locator('.u-over').dblclick()
    await expect.poll(() => new URL(page.url()).search).toBe('?find=curve')
  })

  it('is zoomed and moved by two fingers', async () => {
    const page = await open('?find=curve', { hasTouch: true })
    const chart = await new ChartOnPage(page, 'a/loss').drawn()
    const box = (await chart.figure.locator('.u-over').boundingBox())!
    const session = await page.context().newCDPSession(page)
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...places: readonly number[]): Promise<unknown> =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: places.map((place, id) => ({ x: box.x + place * box.width, y: box.y + box.height / 2, id })),
      })
    const spread = async (from: readonly [number, number], to: readonly [number, number]): Promise<void> => {
      await touch('touchStart', ...from)
      await touch('touchMove', ...from)
      await touch('touchMove', ...to)
      await touch('touchEnd')
    }
    const range = (): readonly number[] => [Number(parameter(page, 'from')), Number(parameter(page, 'to'))]
    await expect
      .poll(async () => {
        await spread([0.4, 0.6], [0.2, 0.8])
        return parameter(page, 'to')
      })
      .not.toBeNull()
    const [from, to] = range()
    expect(to! - from!).toBeLessThan(STEPS / 2)
    await spread([0.4, 0.6], [0.5, 0.7])
    await expect.poll(() => range()[0]).toBeLessThan(from!)
    expect(range()[1]! - range()[0]!).toBeCloseTo(to! - from!, -1)
  })

  it('is moved along, and zoomed, with keys, and says what is there', async () => {
    const page = await open('?find=curve&smooth=ema:.5')
    const chart = await new ChartOnPage(page, 'a/loss').drawn()
    const spoken = page.locator('[aria-live=polite]').first()
    await chart.figure.locator('.plot').focus()
    await page.keyboard.press('Home')
    await expect.poll(() => spoken.textContent()).toBe('at 0, curve 0, smoothed 0')
    await page.keyboard.press('End')
    await expect.poll(() => spoken.textContent()).toMatch(/^at 1,999, curve 0\.\d+, smoothed 0\.\d+$/)
    await page.keyboard.press('+')
    await expect.poll(() => spoken.textContent()).toBe('999.5 to 1,999')
    await expect.poll(() => parameter(page, 'from')).toBe('999.5')
    await page.keyboard.press('-')
    await expect.poll(() => spoken.textContent()).toBe('all points')
    await expect.poll(() => parameter(page, 'from')).toBeNull()
  })

  it('shows where nearly all points are, and marks that there are more', async () => {
    const page = await open('?find=curve')
    const chart = await new ChartOnPage(page, 'a/loss').drawn()
    const wave = { left: 0.5, right: 0.6, top: 0, bottom: 0.8 }
    expect(await chart.ink(wave)).toBe(0)
    await chart.figure.getByRole('button', { name: 'Chart settings of a/loss' }).click({ force: true })
    await page.getByRole('checkbox', { name: 'Ignore outliers' }).check()
    await expect.poll(() => chart.ink(wave)).toBeGreaterThan(0)
    const column = { left: SPIKE / STEPS - 0.02, right: SPIKE / STEPS + 0.02 }
    expect(await chart.ink({ ...column, top: 0, bottom: 0.03 })).toBeGreaterThan(0)
    expect(await chart.figure.locator('figcaption').textContent()).toContain('1–99 %')
    expect(parameter(page, 'outliers')).toBe('a/loss')
  })

  it('takes the ends of both axes, and says which it does not take', async () => {
    const page = await open('?find=curve')
    const chart = await new ChartOnPage(page, 'a/loss').drawn()
    await chart.figure.getByRole('button', { name: 'Chart settings of a/loss' }).click({ force: true })
    const field = (group: string, end: string) =>
      page.getByRole('group', { name: group }).getByLabel(end, { exact: true })
    await field('x of all charts', 'from').fill('500')
    await field('x of all charts', 'to').fill('900')
    await field('y range', 'to').fill('1e1')
    await field('y range', 'from').fill('20')
    await field('y range', 'from').blur()
    await expect.poll(() => new URL(page.url()).search).toBe('?find=curve&from=500&to=900&y=a/loss:..10')
    expect(await field('y range', 'from').getAttribute('aria-invalid')).toBe('true')
    expect(await accessibilityProblems(page)).toEqual([])
  })

  it('has a logarithmic x axis that begins at the first step that has a logarithm', async () => {
    const page = await open('?find=curve')
    const chart = await new ChartOnPage(page, 'a/loss').drawn()
    await page.getByRole('button', { name: 'Log x' }).click()
    const place = Math.log(SPIKE) / Math.log(STEPS - 1)
    await expect
      .poll(() => chart.ink({ left: place - 0.01, right: place + 0.01, top: 0, bottom: 0.2 }))
      .toBeGreaterThan(0)
    expect((await chart.pointAt(0.5))[0]![0]).toMatch(/^step 4[45]$/)
    expect(parameter(page, 'logx')).toBe('1')
  })

  it('has any metric below another', async () => {
    const page = await open('?find=curve&x=key:a/tokens')
    const chart = await new ChartOnPage(page, 'a/loss').drawn()
    await expect.poll(async () => (await chart.pointAt(SPIKE / STEPS))[0]![0]).toMatch(/^35\d,\d{3}$/)
  })

  it('is smoothed as much as somebody says, in the logarithm too', async () => {
    const page = await open('?find=curve')
    await new ChartOnPage(page, 'a/loss').drawn()
    const amount = page.getByLabel('Weight of what was before')
    await amount.fill('0.93')
    await amount.press('Enter')
    await expect.poll(() => parameter(page, 'smooth')).toBe('ema:.93')
    await page.getByRole('button', { name: 'Smooth in log space' }).click()
    await expect.poll(() => parameter(page, 'smooth')).toBe('ema:.93:log')
    await page.getByLabel('Kind of smoothing').selectOption('window')
    await page.getByLabel('Points of the window').fill('77')
    await page.getByLabel('Points of the window').press('Enter')
    await expect.poll(() => parameter(page, 'smooth')).toBe('window:77:log')
    await page.getByLabel('Kind of smoothing').selectOption('time-ema')
    await expect.poll(() => parameter(page, 'smooth')).toMatch(/^time:\.\d+:log$/)
    await page.getByRole('slider', { name: 'Smoothing' }).fill('0')
    await expect.poll(() => parameter(page, 'smooth')).toBeNull()
  })

  it('says of another run at which step its value is', async () => {
    const page = await open(`?from=${SPIKE + 2}&to=${SPIKE + 6}`)
    const chart = await new ChartOnPage(page, 'a/loss').drawn()
    await expect.poll(async () => (await chart.pointAt(0.25))[0]![0]).toBe('step 703')
    const rows = await chart.pointAt(0.25)
    expect(rows.find(([name]) => name!.startsWith('other'))![0]).toMatch(/^other 7[01]0$/)
    expect(rows.find(([name]) => name!.startsWith('curve'))![0]).toBe('curve')
  })

  it('shows one line for a group, of any kind, with how many runs there are', async () => {
    const page = await open('?group=kind&line=median&band=stderr')
    const chart = await new ChartOnPage(page, 'a/loss').drawn()
    await expect.poll(async () => (await chart.pointAt(0.5))[1]?.at(-1)).toBe('2')
    await page.getByLabel('Band').selectOption('std')
    await page.getByLabel('Line of a group').selectOption('mean')
    await expect.poll(() => new URL(page.url()).search).toContain('band=std')
    await chart.figure.locator('.plot').focus()
    await page.keyboard.press('Home')
    await expect.poll(() => page.locator('[aria-live=polite]').first().textContent()).toContain('of 2 runs')
    // The other one ends before.
    await page.keyboard.press('End')
    await expect.poll(() => page.locator('[aria-live=polite]').first().textContent()).toContain('of 1 run')
  })

  it.each(Object.keys(ODD))('is drawn whatever was logged: %s', async (key) => {
    const page = await open(`?find=odd&metrics=${encodeURIComponent(key)}$`)
    const chart = new ChartOnPage(page, key)
    await chart.figure.locator('canvas').waitFor()
    const hasMark = key === 'odd/all-nan' || key === 'odd/infinite'
    await expect.poll(() => chart.ink({ left: 0, right: 1, top: 0, bottom: 1 })).toBeGreaterThan(0)
    for (const button of ['log', 'log']) {
      await chart.figure.getByRole('button', { name: 'Log y' }).click({ force: true })
      // The page still answers.
      expect(await page.evaluate((text) => text, button)).toBe(button)
      await chart.figure.locator('.plot').press('Home')
    }
    await page.getByRole('button', { name: 'Log x' }).click()
    await chart.figure.locator('.plot').press('End')
    if (hasMark) await expect.poll(() => page.locator('[aria-live=polite]').first().textContent()).toMatch(/NaN|∞/)
  })

  it('keeps its lines, and shows what is pressed, in forced colours', async () => {
    const page = await open('?find=curve&log=a/loss', { forcedColors: 'active', reducedMotion: 'reduce' })
    const chart = await new ChartOnPage(page, 'a/loss').drawn()
    const borderOf = (name: string): Promise<string> =>
      chart.figure.getByRole('button', { name }).evaluate((button) => getComputedStyle(button).outlineStyle)
    expect(await borderOf('Log y')).toBe('solid')
    expect(await borderOf('Pin')).toBe('none')
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
    expect(await accessibilityProblems(page)).toEqual([])
  })

  it.each(['light', 'dark'] as const)('fits into 320 pixels, with its settings, in %s colours', async (colorScheme) => {
    const page = await open('?find=curve', { viewport: { width: 320, height: 640 }, colorScheme })
    const chart = new ChartOnPage(page, 'a/loss')
    await chart.drawn()
    await chart.figure.getByRole('button', { name: 'Chart settings of a/loss' }).click({ force: true })
    const menu = (await chart.figure.locator('.chart-menu').boundingBox())!
    expect(menu.x).toBeGreaterThanOrEqual(0)
    expect(menu.x + menu.width).toBeLessThanOrEqual(320)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
    expect(await accessibilityProblems(page)).toEqual([])
  })
})
