import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { expectUsableByAll, launchBrowser, openPage } from '../page/testing/browser.ts'
import { watchRuns, type Watcher } from '../server/watch.ts'

/** The browser says that an answer was no. */
const REFUSED = /^Failed to load resource: the server responded with a status of (?:401|404)/

const browser = await launchBrowser()
let logdir = ''
let watcher: Watcher

beforeAll(async () => {
  if (!browser) return
  logdir = mkdtempSync(join(tmpdir(), 'swanlab-states-'))
  watcher = await watchRuns({ folders: [logdir, join(logdir, 'missing')], port: 0, cache: false })
})
afterAll(async () => {
  if (!browser) return
  await browser.close()
  await watcher.close()
  rmSync(logdir, { recursive: true, force: true })
})

describe.skipIf(!browser)('what there is nothing to show of says so, with a way out, for everybody', () => {
  it.each([
    ['no run yet, and a folder that is not there', '/', true, ['there is no such folder', 'swanlab']],
    ['a run that is not there', '/runs/none', true, ['This run is not here any more']],
    ['an address that leads nowhere', '/nothing/here', true, []],
    ['a page without its token', '/', false, ['swanlab watch']],
  ] as const)('%s', async (_, path, hasToken, words) => {
    const { origin, hash } = new URL(watcher.url)
    const page = await openPage(browser!, `${origin}${path}${hasToken ? hash : ''}`, { allowed: REFUSED })
    for (const word of words) await page.getByText(word).first().waitFor()
    await page.locator('main :is(a, button, code, p)').first().waitFor()
    await expectUsableByAll(page)
  })
})
