import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'

export { launchBrowser } from './chromium.ts'

/**
 * Opens an address for the length of a test, which fails when the page reports an error, or breaks its security policy.
 *
 * @param allowed - What may be reported all the same.
 */
export async function openPage(
  browser: Browser,
  url: string,
  { allowed = /^$/, ...options }: BrowserContextOptions & { readonly allowed?: RegExp } = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...options })
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !allowed.test(message.text())) problems.push(message.text())
  })
  onTestFinished(async () => {
    await context.close()
    expect(problems).toEqual([])
  })
  await page.goto(url)
  return page
}

/** What is wrong for people who cannot see, or use, the page as it is; empty when nothing is. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // Through the debugger: the page's own policy lets nobody add a script to it.
  const debuggerSession = await page.context().newCDPSession(page)
  await debuggerSession.send('Runtime.evaluate', { expression: axe.source })
  return page.evaluate(async () => {
    interface Axe {
      run(): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }>
    }
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run()
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`)
  })
}

/** Light on a common screen, dark on a narrow one: without a finding of axe, and without scrolling sideways. */
export async function expectUsableByAll(page: Page): Promise<void> {
  for (const [colorScheme, width] of [
    ['light', 1_280],
    ['dark', 320],
  ] as const) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    expect(await accessibilityProblems(page)).toEqual([])
    // What is wide scrolls by itself; the page never does.
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    const scrolls = `[...document.querySelectorAll('.scroller')].some((one) => one.scrollWidth > one.clientWidth)`
    expect(await page.evaluate(scrolls)).toBe(false)
  }
}
