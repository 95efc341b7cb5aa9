import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, CDPSession, Page } from 'playwright-core'

/** Milliseconds. */
const LONGEST = 120_000
const IN_PAGE = fileURLToPath(new URL('in-page.mjs', import.meta.url))

/** A page that is looked at, in a window of its own. */
export class Looked {
  readonly page: Page
  readonly #session: CDPSession
  bytes = 0

  private constructor(page: Page, session: CDPSession) {
    this.page = page
    this.#session = session
    session.on('Network.dataReceived', ({ encodedDataLength, dataLength }) => {
      this.bytes += encodedDataLength || dataLength
    })
  }

  static async at(browser: Browser, url: string, height = 1_400): Promise<Looked> {
    const context = await browser.newContext({ viewport: { width: 1_600, height }, locale: 'en-GB' })
    await context.addInitScript({ path: IN_PAGE })
    const page = await context.newPage()
    const session = await context.newCDPSession(page)
    await session.send('Network.enable')
    const looked = new Looked(page, session)
    await page.goto(url, { waitUntil: 'commit' })
    return looked
  }

  /** Milliseconds from the start of the navigation to the first chart, and to so many. */
  async charts(count: number): Promise<{ readonly first: number; readonly all: number }> {
    await this.until(`bench.inked.length >= ${count}`)
    const times = await this.tell<number[]>('bench.inked')
    return { first: times[0]!, all: times[count - 1]! }
  }

  /** @returns after how many milliseconds so many charts show another view. */
  show(query: string, charts: number): Promise<number> {
    return this.tell(`bench.show(${JSON.stringify(query)}, ${charts})`)
  }

  /** @returns what an expression is, or comes to be. The page's own policy would refuse it. */
  async tell<T>(expression: string): Promise<T> {
    const options = { expression, awaitPromise: true, returnByValue: true }
    const { result, exceptionDetails } = await this.#session.send('Runtime.evaluate', options)
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value as T
  }

  /** Waits until an expression is true. */
  async until(expression: string): Promise<void> {
    const until = performance.now() + LONGEST
    while (!(await this.tell<boolean>(expression))) {
      if (performance.now() > until) throw new Error(`It never came to be: ${expression}`)
      await sleep(20)
    }
  }

  /** Bytes of JavaScript objects. */
  async heap(): Promise<number> {
    await this.#session.send('HeapProfiler.collectGarbage')
    return (await this.#session.send('Runtime.getHeapUsage')).usedSize
  }

  close(): Promise<void> {
    return this.page.context().close()
  }
}
