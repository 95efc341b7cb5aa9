import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { init } from '@swanlab/core'
import { journal } from '@swanlab/journal'
import type { Locator, Page } from 'playwright-core'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { watchRuns, type Watcher } from '../server/watch.ts'
import { launchBrowser, openPage } from './testing/browser.ts'
import { ChartOnPage } from './testing/chart-on-page.ts'

const STEPS = 3_000
const SPIKE = 1_234
/** A formula, what a replacement would fill in, and what ends an element. */
const HOSTILE = `=HYPERLINK("http://evil.example"),$& </text><script>alert(1)</script> 100% a_b`
const lossOf = (step: number): number => {
  if (step === 100) return Number.NaN
  if (step === 200) return Infinity
  return step === SPIKE ? 50 : Math.sin(step / 100) * 1e-3 + 1 / 3
}

const browser = await launchBrowser()
let logdir: string
let watcher: Watcher

beforeAll(async () => {
  if (!browser) return
  logdir = mkdtempSync(join(tmpdir(), 'swanlab-exports-'))
  const settings = { console: 'none', logLevel: 'error', metadataCollect: false, requirementsCollect: false } as const
  const run = await init({
    ...{ project: 'exports', name: HOSTILE, config: { lr: 1e-9, note: '@SUM(A1)' }, settings },
    callbacks: [journal({ logdir })],
  })
  for (let step = 0; step < STEPS; step++) run.log({ loss: lossOf(step) }, step)
  await run.finish()
  watcher = await watchRuns({ folders: [logdir], port: 0, cache: false })
})
afterAll(async () => {
  await browser?.close()
  await watcher?.close()
  if (logdir) rmSync(logdir, { recursive: true, force: true })
})

async function open(query: string): Promise<Page> {
  const { origin, hash } = new URL(watcher.url)
  return openPage(browser!, `${origin}/${query}${hash}`)
}

async function saved(page: Page, button: Locator): Promise<Buffer> {
  const [file] = await Promise.all([page.waitForEvent('download'), button.click()])
  return readFileSync(await file.path())
}

async function chartFiles(): Promise<{ readonly png: PNG; readonly svg: string; readonly csv: string }> {
  const page = await open('')
  const chart = await new ChartOnPage(page, 'loss').drawn()
  await chart.figure.getByRole('button', { name: 'Chart settings of loss' }).click({ force: true })
  const file = (name: string): Promise<Buffer> => saved(page, page.getByRole('button', { name, exact: true }))
  const [png, svg, csv] = [await file('PNG'), await file('SVG'), await file('CSV')]
  // As whoever opens it reads it.
  const path = join(logdir, 'loss.svg')
  writeFileSync(path, svg)
  const drawing = await openPage(browser!, pathToFileURL(path).href)
  const names = await drawing.evaluate(() =>
    [...document.querySelectorAll('*')].map(({ nodeName, textContent }) => `${nodeName} ${textContent}`),
  )
  expect(names.filter((name) => /^(?:parsererror|script)/.test(name))).toEqual([])
  expect(names).toContain(`text ${HOSTILE}`)
  return { png: PNG.sync.read(png), svg: svg.toString(), csv: csv.toString() }
}

/** How far from the left the spike is. */
const PART = SPIKE / (STEPS - 1)

describe.skipIf(!browser)('what is exported', () => {
  it('of a chart is a picture, a drawing, and every point, as they are in the journal', async () => {
    const { png, svg, csv } = await chartFiles()

    // The highest point of the line is the spike, at its step.
    const [line] = Array.from(
      svg.matchAll(/<path d="(?<d>M[^"]*)" fill="none" stroke="#/g),
      ({ groups }) => groups!['d']!,
    )
    const points = line!
      .split(/[ML]/)
      .slice(1)
      .map((point) => point.split(' ').map(Number))
    const highest = points.reduce((a, b) => (b[1]! < a[1]! ? b : a))
    const { x, width } = /<clipPath[^>]*><rect x="(?<x>\d+)" y="\d+" width="(?<width>\d+)"/.exec(svg)!.groups!
    expect((highest[0]! - Number(x)) / Number(width)).toBeCloseTo(PART, 3)

    // The same in pixels: below the mark of the infinity, colour near the top is there alone.
    const columns = new Set<number>()
    for (let row = 50; row < png.height / 3; row++)
      for (let column = 70; column < png.width; column++) {
        const at = 4 * (row * png.width + column)
        if (Math.abs(png.data[at]! - png.data[at + 2]!) > 40) columns.add(column)
      }
    expect(columns.size).toBeGreaterThan(0)
    expect(Math.max(...columns) - Math.min(...columns)).toBeLessThan(20)

    const name = `"'${HOSTILE.replaceAll('"', '""')}"`
    const [header, ...rows] = csv.trimEnd().split('\n')
    expect(header).toBe('run,step,time,value')
    expect(rows.map((row) => row.slice(0, name.length))).toEqual(rows.map(() => name))
    expect(rows.map((row) => row.slice(name.length + 1).split(','))).toEqual(
      Array.from({ length: STEPS }, (_, step) => [String(step), expect.any(String), String(lossOf(step))]),
    )
  })

  it('of the table are the numbers of the journal, in three formats, without a formula', async () => {
    const page = await open('?tab=table')
    await page.getByRole('button', { name: 'loss last' }).waitFor()
    await page.getByRole('button', { name: 'Export' }).click()
    const file = async (format: string): Promise<string> =>
      (await saved(page, page.getByRole('button', { name: `Save as ${format}` }))).toString()
    const [csv, markdown, latex] = [await file('CSV'), await file('Markdown'), await file('LaTeX')]
    const last = lossOf(STEPS - 1)

    const name = `"'${HOSTILE.replaceAll('"', '""')}"`
    const [header, row] = csv.split('\r\n')
    const titles = header!.split(',')
    const cells = row!.slice(name.length + 1).split(',')
    expect(row!.startsWith(`${name},`)).toBe(true)
    expect(cells[titles.indexOf('loss.last') - 1]).toBe(String(last))
    expect(cells[titles.indexOf('step') - 1]).toBe(String(STEPS - 1))

    expect(markdown).toContain(`| ${String(last)} |`)
    expect(markdown).toContain('\\<script\\>')
    expect(markdown.trimEnd().split('\n')).toHaveLength(3)

    expect(latex).toContain(` & ${String(last)}`)
    expect(latex).toContain('\\$\\& \\textless{}/text\\textgreater{}')
    expect(latex).toContain('100\\% a\\_b')
    expect(latex).not.toMatch(/[^\\][%$#]/)
  })
})
