import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page, ViewportSize } from 'playwright-core'
import type { RunList } from '../protocol/runs.ts'
import { launchBrowser } from '../page/testing/chromium.ts'
import { watchRuns } from '../server/watch.ts'
import { indexedPng } from './indexed-png.ts'
import { SampleRuns } from './sample-runs.ts'

const PICTURES = fileURLToPath(new URL('../../../../docs/pictures', import.meta.url))
/** When it is on the pictures: they are the same whenever they are made. */
const NOW = Date.UTC(2026, 2, 12, 15, 40)
/** Bytes that one may have. */
const LARGEST = 150_000
const TOKEN = 'pictures-for-the-docs'

interface Picture {
  readonly name: string
  /** `{name}` is the key of the run of that name. */
  readonly address: string
  /** Selector of what has to be there. */
  readonly shows: string
  readonly size?: ViewportSize
  readonly before?: (page: Page) => Promise<void>
}

const SIZE: ViewportSize = { width: 1_280, height: 640 }
const PICTURE: readonly Picture[] = [
  {
    name: 'charts',
    address: '/?smooth=ema:.9',
    shows: 'figure canvas',
    size: { width: 1_440, height: 860 },
    before: (page) => pointAt(page, 'val/accuracy', 0.36),
  },
  {
    name: 'table',
    address: '/?tab=table&sort=-train/loss.last',
    shows: '.run-table .no-number',
    size: { width: 1_280, height: 800 },
  },
  { name: 'run', address: '/runs/{batch-2048}?part=overview', shows: '.last-lines .console-line' },
  { name: 'groups', address: '/?runs={finished}&group=optimizer&metrics=(loss|accuracy)', shows: 'figure canvas' },
]

const browser = await launchBrowser()
if (browser) {
  const logdir = join(mkdtempSync(join(tmpdir(), 'swanlab-pictures-')), 'swanlog')
  const runs = await SampleRuns.write(logdir, NOW)
  const watcher = await watchRuns({ folders: [logdir], port: 0, token: TOKEN, cache: false, report: console.error })
  try {
    mkdirSync(PICTURES, { recursive: true })
    for (const picture of PICTURE)
      for (const theme of ['light', 'dark'] as const) await record(browser, watcher.port, picture, theme)
  } finally {
    await watcher.close()
    await runs.close()
    await browser.close()
    rmSync(logdir, { recursive: true, force: true })
  }
}

async function record(on: Browser, port: number, picture: Picture, theme: 'light' | 'dark'): Promise<void> {
  const page = await on.newPage({
    viewport: picture.size ?? SIZE,
    colorScheme: theme,
    ...{ locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce' },
  })
  await page.clock.setFixedTime(NOW)
  const host = `http://127.0.0.1:${port}`
  const answer = await fetch(`${host}/api/dashboard/runs`, { headers: { authorization: `Bearer ${TOKEN}` } })
  const { runs } = (await answer.json()) as RunList
  const address = picture.address
    .replace('{finished}', runs.flatMap(({ key, state }) => (state === 'finished' ? key : [])).join(','))
    .replace(/\{(?<name>[^}]+)\}/, (_, name: string) => runs.find((run) => run.name === name)!.key)
  await page.goto(`${host}${address}#t=${TOKEN}`)
  await page.locator(picture.shows).first().waitFor()
  // Everything that was asked for has been answered, and drawn; the stream of events never ends.
  await page
    .getByText(/^reading /)
    .first()
    .waitFor({ state: 'detached' })
  await page.waitForTimeout(2_000)
  await picture.before?.(page)
  const png = indexedPng(await page.screenshot())
  const file = `${picture.name}-${theme}.png`
  if (png.length > LARGEST) throw new Error(`${file} has ${png.length} bytes; ${LARGEST} is the most.`)
  writeFileSync(join(PICTURES, file), png)
  console.log(`docs/pictures/${file}  ${png.length} bytes`)
  await page.context().close()
}

async function pointAt(page: Page, key: string, part: number): Promise<void> {
  const over = (await page.locator(`figure[data-key="${key}"] .u-over`).boundingBox())!
  await page.mouse.move(over.x + part * over.width, over.y + over.height / 3)
  await page.locator('.tooltip').waitFor()
}
