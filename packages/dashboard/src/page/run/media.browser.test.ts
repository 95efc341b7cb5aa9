import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { init } from '@swanlab/core'
import { ECharts, Html, Image, Molecule, Object3D } from '@swanlab/core/media'
import { journal } from '@swanlab/journal'
import type { Locator, Page } from 'playwright-core'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { watchRuns, type Watcher } from '../../server/watch.ts'
import { accessibilityProblems, launchBrowser, openPage } from '../testing/browser.ts'

/** What a browser says of what it stops in a frame. */
const STOPPED =
  /^(?:Blocked script execution|Loading the image|Refused to execute the redirect|Blocked form submission|Unsafe attempt)/
const HOSTILE = '<img src=x onerror=alert(1)>'
const pixels = (grey: number) => ({ data: new Uint8Array(64 * 64).fill(grey), width: 64, height: 64 })

const browser = await launchBrowser()
let logdir: string
let watcher: Watcher
let dir: string

beforeAll(async () => {
  if (!browser) return
  logdir = mkdtempSync(join(tmpdir(), 'swanlab-media-'))
  const settings = { console: 'none', logLevel: 'error', metadataCollect: false, requirementsCollect: false } as const
  const run = await init({ project: 'media', name: 'media', settings, callbacks: [journal({ logdir })] })
  const corners = Array.from({ length: 8 }, (_, at) => [at & 1, (at >> 1) & 1, at >> 2] as const)
  for (let step = 0; step < 3; step++)
    run.log(
      {
        page: new Html(
          `<style>h1 { color: rgb(1, 2, 3) }</style><h1 style="margin-left: 7px">Step ${step}</h1><p id="ran">no</p>
          <script>document.getElementById('ran').textContent = 'yes'; parent.document.title = 'taken'</script>
          <img src="http://evil.example/x.png"><a href="javascript:alert(1)" target="_top">leave</a>
          <form action="http://evil.example"><button>send</button></form><meta http-equiv="refresh" content="0; url=http://evil.example">`,
        ),
        drawing: new Image(pixels(1)),
        bomb: new Image(pixels(2)),
        chart: new ECharts({
          title: { text: HOSTILE, link: 'http://evil.example' },
          tooltip: { trigger: 'axis', renderMode: 'html', formatter: HOSTILE },
          xAxis: { data: ['a', 'b', 'c'] },
          yAxis: {},
          series: [{ type: 'bar', data: [1, 2, 3 + step], itemStyle: { color: '#ff0000' } }],
        }),
        strange: new ECharts({ series: [{ type: 'bar3D', data: [1] }] }),
        cloud: new Object3D({
          points: Array.from({ length: 2_000 }, (_, at) => [Math.sin(at), Math.cos(at), at / 500, 255, 0, 0] as const),
          boxes: [{ corners, color: [255, 0, 0], label: HOSTILE }],
        }),
        water: new Molecule(
          Buffer.from(
            'HETATM    1  O   HOH A   1       0.000   0.000   0.000  1.00  0.00           O\n' +
              'HETATM    2  H1  HOH A   1       0.960   0.000   0.000  1.00  0.00           H\n',
          ),
        ),
      },
      step,
    )
  await run.finish()
  dir = join(
    logdir,
    readdirSync(logdir).find((name) => name.startsWith('run-'))!,
  )
  for (const path of filesOf('drawing'))
    writeFileSync(
      path,
      `<svg xmlns="http://www.w3.org/2000/svg" onload="parent.document.title='taken'"><style>rect { fill: rgb(4, 5, 6) }</style><rect width="50" height="50"/><script>parent.document.title = 'taken'</script></svg>`,
    )
  const bomb = PNG.sync.write(new PNG({ width: 1, height: 1 }))
  bomb.writeUInt32BE(100_000, 16)
  bomb.writeUInt32BE(100_000, 20)
  for (const path of filesOf('bomb')) writeFileSync(path, bomb)
  watcher = await watchRuns({ folders: [logdir], port: 0, cache: false })
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await watcher?.close()
  if (logdir) rmSync(logdir, { recursive: true, force: true })
})

/** As the journal names them. */
function filesOf(key: string): string[] {
  const records = readFileSync(join(dir, 'journal.jsonl'), 'utf8').trimEnd().split('\n')
  return records
    .map((line) => JSON.parse(line) as { type: string; key?: string; data?: string[] })
    .filter((record) => record.type === 'media' && record.key === key)
    .flatMap(({ data }) => data!.map((path) => join(dir, path)))
}

async function open(options: Parameters<typeof openPage>[2] = {}): Promise<Page> {
  const { origin, hash } = new URL(watcher.url)
  const address = `${origin}/runs/${encodeURIComponent(dir.slice(logdir.length + 1))}?part=media${hash}`
  return openPage(browser!, address, { allowed: STOPPED, viewport: { width: 1_280, height: 5_000 }, ...options })
}

const mediaOf = (page: Page, key: string): Locator =>
  page.locator('.media-key').filter({ has: page.getByRole('heading', { name: key, exact: true }) })

/** Red pixels of a canvas. */
function red(canvas: Locator): Promise<number> {
  return canvas.evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement
    const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height)
    let count = 0
    for (let at = 0; at < data.length; at += 4) if (data[at]! > 200 && data[at + 1]! < 60) count++
    return count
  })
}

describe.skipIf(!browser)('media of a run', () => {
  it('are pages that look as they were logged, and run, load and open nothing', async () => {
    const page = await open()
    const frame = mediaOf(page, 'page').frameLocator('iframe')
    await frame.getByText('Step 2').waitFor()
    expect(
      await frame.locator('h1').evaluate((h1) => [getComputedStyle(h1).color, getComputedStyle(h1).marginLeft]),
    ).toEqual(['rgb(1, 2, 3)', '7px'])
    expect(await frame.locator('#ran').textContent()).toBe('no')
    expect(await frame.locator('html').evaluate(() => origin)).toBe('null')
    await frame.getByRole('button', { name: 'send' }).click()
    await frame.getByText('leave').click()
    expect(await page.title()).toBe('media · SwanLab')
    expect(page.frames().map((one) => new URL(one.url()).host)).toEqual(
      page.frames().map(() => new URL(watcher.url).host),
    )
  })

  it('are drawings by what they hold, whose scripts do not run', async () => {
    const page = await open()
    const frame = mediaOf(page, 'drawing').frameLocator('iframe')
    expect(await frame.locator('rect').evaluate((rect) => getComputedStyle(rect).fill)).toBe('rgb(4, 5, 6)')
    expect(await page.title()).toBe('media · SwanLab')
  })

  it('are not decoded when they say that they are huge', async () => {
    const page = await open()
    await mediaOf(page, 'bomb').getByText('100,000 × 100,000').waitFor()
    expect(await mediaOf(page, 'bomb').locator('img').count()).toBe(0)
  })

  it('are charts of ECharts, whose tooltips are drawn', async () => {
    const page = await open()
    const chart = mediaOf(page, 'chart')
    const canvas = chart.locator('canvas').first()
    await expect.poll(async () => (await canvas.count()) > 0 && (await red(canvas))).toBeGreaterThan(1_000)
    const elements = await chart.locator('.echart *').count()
    await canvas.hover()
    // Whatever shows the tooltip, it is none of these.
    await page.waitForTimeout(300)
    expect(await chart.locator('.echart *').count()).toBe(elements)
    expect(await page.locator('img[src=x]').count()).toBe(0)
    await chart.getByText('Options').click()
    await chart.getByText(HOSTILE).first().waitFor()
    await mediaOf(page, 'strange').getByText('Series of type bar3D are not drawn here.').waitFor()
  })

  it('are points and molecules that are turned by keys', async () => {
    const page = await open()
    const cloud = mediaOf(page, 'cloud')
    const canvas = cloud.locator('canvas')
    await expect.poll(async () => (await canvas.count()) > 0 && (await red(canvas))).toBeGreaterThan(500)
    const picture = (): Promise<string> => canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL())
    const before = await picture()
    await cloud.getByRole('application').press('ArrowRight')
    await expect.poll(picture).not.toBe(before)
    await cloud.getByRole('application').press('0')
    await expect.poll(picture).toBe(before)
    await cloud.getByText('2,000 points').waitFor()
    await mediaOf(page, 'water').getByText('2 atoms').waitFor()
  })

  it('are shown by step, by keys too', async () => {
    const page = await open()
    const slider = page.getByRole('slider', { name: 'page, Step' })
    await mediaOf(page, 'page').frameLocator('iframe').getByText('Step 2').waitFor()
    await slider.press('ArrowLeft')
    await mediaOf(page, 'page').frameLocator('iframe').getByText('Step 1').waitFor()
    await slider.press('Home')
    await mediaOf(page, 'page').frameLocator('iframe').getByText('Step 0').waitFor()
    expect(await slider.getAttribute('aria-valuetext')).toBe('step 0')
    await mediaOf(page, 'page').getByRole('button', { name: 'Step after' }).click()
    await mediaOf(page, 'page').frameLocator('iframe').getByText('Step 1').waitFor()
  })

  it.each(['light', 'dark'] as const)('can be used by everybody, in %s colours', async (colorScheme) => {
    const page = await open({ colorScheme })
    await mediaOf(page, 'chart').locator('canvas').first().waitFor()
    await mediaOf(page, 'cloud').locator('canvas').waitFor()
    expect(await accessibilityProblems(page)).toEqual([])
  })
})
