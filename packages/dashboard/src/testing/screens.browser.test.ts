import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeRecord } from '@swanlab/journal'
import type { RunList } from '../protocol/runs.ts'
import { expectUsableByAll, launchBrowser, openPage } from '../page/testing/browser.ts'
import { watchRuns } from '../server/watch.ts'
import { HEADER, rows } from './journals.ts'
import { Watched } from './watched.ts'

/** What a frame with somebody's page is stopped from: the browser says so on the console. */
const STOPPED = /^(?:Blocked script execution|Loading the image)/
const LINES = 30_000

const browser = await launchBrowser()
let logdir = ''
let watched: Watched

beforeAll(async () => {
  if (!browser) return
  logdir = mkdtempSync(join(tmpdir(), 'swanlab-screens-'))
  await training('rich', 'throw')
  writeKilled(join(logdir, 'run-killed'))
  writeOther(join(logdir, 'run-other'))
  watched = new Watched(await watchRuns({ folders: [logdir], port: 0, cache: false, report: console.error }))
})
afterAll(async () => {
  await browser?.close()
  await watched?.watcher.close()
  if (logdir) rmSync(logdir, { recursive: true, force: true })
})

/** A program of its own: its console is recorded. */
async function training(...args: readonly string[]): Promise<void> {
  const program = fileURLToPath(new URL('rich-main.ts', import.meta.url))
  const node = ['--conditions=source', '--import', 'tsx', program, logdir, ...args]
  await once(spawn(process.execPath, node, { stdio: 'ignore' }), 'exit')
}

/** As the background process leaves it behind. */
function writeKilled(dir: string): void {
  mkdirSync(dir)
  const time = HEADER.time
  const line = (number: number): string =>
    `step ${number} \u001B[1;32mgood\u001B[0m \u001B]8;;http://evil.example\u0007x`
  const lines = Array.from({ length: LINES }, (_, at) =>
    encodeRecord({
      type: 'console',
      time: time + at,
      line: at + 1,
      level: at % 1_000 === 999 ? 'warn' : 'info',
      text: at === 23_456 ? 'the needle is here' : line(at + 1),
    }),
  )
  writeFileSync(
    join(dir, 'journal.jsonl'),
    encodeRecord({ ...HEADER, run: { ...HEADER.run, id: 'killed', experimentName: 'killed', config: { lr: 0.5 } } }) +
      lines.join('') +
      rows(413, 0, (step) => 1 / (1 + step)) +
      encodeRecord({
        ...{
          type: 'finish',
          time: time + 3_780_000,
          state: 'crashed',
          duration: 3_780_000,
          steps: 413,
          losses: { values: 2 },
        },
        cause: { type: 'killed', evidence: ['exit status: SIGKILL'] },
        error: { name: 'Killed', message: 'the process was killed (SIGKILL)' },
      }),
  )
}

function writeOther(dir: string): void {
  mkdirSync(dir)
  const run = { ...HEADER.run, id: 'other', experimentName: 'other', config: { lr: 0.25, warmup: 10 } }
  writeFileSync(join(dir, 'journal.jsonl'), encodeRecord({ ...HEADER, run }) + rows(50, 0, (step) => 2 / (1 + step)))
  appendFileSync(
    join(dir, 'journal.jsonl'),
    encodeRecord({ type: 'alert', time: 2_000, title: 'Look', text: 'at this', level: 'warn', step: 4 }),
  )
}

async function open(path: string, options?: BrowserContextOptions & { readonly allowed?: RegExp }): Promise<Page> {
  const { runs } = await watched.json<RunList>('/runs')
  const address = path.replace(/\{(?<name>\w+)\}/, (_, name: string) => runs.find((run) => run.name === name)!.key)
  return openPage(browser!, `http://127.0.0.1:${watched.port}${address}#t=${watched.token}`, options)
}

describe.skipIf(!browser)('the screens beside the charts', () => {
  it('say how a run ended, why, and what was on its console before', async () => {
    const page = await open('/runs/{killed}?part=overview')
    await page.getByText('Killed by SIGKILL at step 412 after 1h 3m; last train/loss 0.0024213.').waitFor()
    await page.getByText('exit status: SIGKILL').waitFor()
    await page.getByText('2 values could not be recorded, not being numbers.').waitFor()
    await page.locator('.console-line', { hasText: `step ${LINES} good` }).waitFor()
    expect(await page.locator('.last-lines .console-line').count()).toBe(12)
  })

  it('say it in Chinese, too', async () => {
    const page = await open('/runs/{killed}?part=overview', { locale: 'zh-CN' })
    await page.getByText('被 SIGKILL 强制终止，位于第 412 步').waitFor()
  })

  it('show any line of a long console, and find a text in all of it', async () => {
    const page = await open('/runs/{killed}?part=console')
    await page.locator('.console-line', { hasText: 'step 3 good' }).waitFor()
    expect(await page.locator('.console-line').count()).toBeLessThan(100)
    expect(await page.locator('.ansi-green-fg').first().textContent()).toBe('good')
    await page.getByRole('searchbox', { name: 'Find in all lines' }).fill('NEEDLE')
    await page.locator('.console-line.current mark', { hasText: 'needle' }).waitFor()
    await page.getByText('1 of 1', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Last line' }).click()
    await page.locator('.console-line', { hasText: `step ${LINES} good` }).waitFor()
    await page.getByRole('spinbutton', { name: 'Line' }).fill('15000')
    await page.keyboard.press('Enter')
    await page.locator('.console-line', { hasText: 'step 15000 good' }).waitFor()
  })

  it('show media by step, and nothing of it runs or leaves its frame', async () => {
    const page = await open('/runs/{rich}?part=media', { allowed: STOPPED, viewport: { width: 1_280, height: 4_000 } })
    const ring = page.getByRole('img', { name: 'samples/ring, step 50' }).first()
    await ring.waitFor()
    await expect
      .poll(() => page.evaluate(`document.querySelector('.media-item img').naturalWidth`), { timeout: 20_000 })
      .toBe(64)
    await page.getByText('ring at 50, <img src=x onerror=alert(1)>').waitFor()
    await page.getByRole('slider', { name: 'samples/ring' }).press('ArrowLeft')
    await page.getByRole('img', { name: 'samples/ring, step 40' }).first().waitFor()
    const frame = page.frameLocator('iframe')
    await frame.getByText('A page of its own.').waitFor()
    expect(await page.locator('iframe').getAttribute('sandbox')).toBe('')
    expect(await page.frames()[1]!.evaluate('document.title')).toBe('')
    await page.locator('audio').waitFor()
  })

  it('show a configuration as a tree, and copy it', async () => {
    const page = await open('/runs/{rich}?part=config')
    await page.getByText('__proto__').waitFor()
    await page.getByRole('searchbox', { name: 'Find in the configuration' }).fill('warm')
    await page.getByText('warmup').waitFor()
    expect(await page.getByText('__proto__').count()).toBe(0)
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Copy as YAML' }).click()
    await page.getByText('Copied').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain('    warmup: 100\n    kind: cosine\n')
  })

  it('show runs as a table that is sorted, filtered and saved', async () => {
    const page = await open('/?tab=table')
    const names = () => page.locator('.run-table tbody th').allInnerTexts()
    await page.getByRole('button', { name: 'train/loss last' }).click()
    await expect.poll(names, { timeout: 20_000 }).toEqual(['killed', 'other', 'rich'])
    await page.getByRole('button', { name: 'train/loss last' }).click()
    await expect.poll(names, { timeout: 20_000 }).toEqual(['rich', 'other', 'killed'])
    expect(new URL(page.url()).searchParams.get('sort')).toBe('-train/loss.last')
    await page.getByRole('searchbox', { name: 'Filter runs' }).fill('train/loss.last<0.1')
    await expect.poll(names, { timeout: 20_000 }).toEqual(['other', 'killed'])
    await page.getByRole('button', { name: 'Export' }).click()
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save as CSV' }).click()
    const [header, first] = readFileSync(await (await saved).path(), 'utf8').split('\r\n')
    expect(header!.split(',').slice(0, 4)).toEqual(['name', 'state', 'why', 'duration (s)'])
    expect(first).toMatch(/^other,running,,/)
  })

  it('set runs side by side, differences first, measured against one of them', async () => {
    const page = await open('/?tab=compare')
    const config = page.getByRole('table', { name: 'Configuration, what differs' })
    await config.getByRole('rowheader', { name: 'lr', exact: true }).waitFor()
    await page.getByRole('combobox', { name: 'Baseline' }).selectOption('killed')
    const metrics = page.getByRole('table', { name: 'Metrics, with the difference to the baseline' })
    await metrics
      .getByRole('row', { name: /train\/loss last/ })
      .getByText('+0.037579 (+1,550%)')
      .waitFor()
  })

  it('show the alerts of all runs, by level', async () => {
    const page = await open('/?tab=alerts')
    await page.getByText('at this').waitFor()
    await page.getByRole('button', { name: /^error/ }).click()
    await page.getByText('Loss is NaN').waitFor()
    expect(await page.getByText('at this').count()).toBe(0)
  })

  const SCREENS = [
    ...['/?tab=table', '/?tab=compare', '/?tab=alerts'],
    ...['overview', 'config', 'console', 'media', 'alerts', 'metadata', 'requirements', 'journal'].map(
      (part) => `/runs/{rich}?part=${part}`,
    ),
  ]
  it.each(SCREENS)('can be used by everybody: %s', async (path) => {
    const page = await open(path, { allowed: STOPPED, viewport: { width: 1_280, height: 800 } })
    await page.getByRole('tabpanel').locator('table, h3, pre, .tree, .console-line').first().waitFor()
    await expectUsableByAll(page)
  })
})
