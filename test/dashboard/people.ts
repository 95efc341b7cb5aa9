import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type TrackingServer } from '@swanlab/server'
import { openPage, type launchBrowser } from '../../packages/dashboard/src/page/testing/browser.ts'
import { compiled } from '../compiled.ts'

/** A browser says on its console when an answer is "no": a wrong key, a session that is over, what may not be seen. */
export const REFUSALS = /^Failed to load resource: the server responded with a status of 40[14]/

export type Browser = NonNullable<Awaited<ReturnType<typeof launchBrowser>>>
export type Page = Awaited<ReturnType<typeof openPage>>
type OpenOptions = Parameters<typeof openPage>[2]

/** A server with two users, alice and bob, each with a key named `first`. */
export class House {
  readonly server: TrackingServer
  readonly keys: Readonly<Record<'alice' | 'bob', string>>
  /** What the server has reported. */
  readonly reports: readonly string[]
  readonly #folder: string

  private constructor(server: TrackingServer, keys: House['keys'], reports: readonly string[], folder: string) {
    this.server = server
    this.keys = keys
    this.reports = reports
    this.#folder = folder
  }

  static async open(): Promise<House> {
    const folder = mkdtempSync(join(tmpdir(), 'swanlab-house-'))
    const reports: string[] = []
    const report = (_: string, message: string): void => void reports.push(message)
    const server = await createServer({ dataDir: join(folder, 'data'), port: 0, report })
    const keyOf = async (name: string): Promise<string> => {
      await server.storage.createUser(name)
      return server.storage.createKey(name, 'first')
    }
    return new House(server, { alice: await keyOf('alice'), bob: await keyOf('bob') }, reports, folder)
  }

  /** Trains and uploads as alice, into a project `cats`. @returns the address that the run printed. */
  async train(): Promise<string> {
    const child = spawn(process.execPath, [compiled('dashboard/uploading'), join(this.#folder, 'runs')], {
      env: { ...process.env, SWANLAB_API_HOST: this.server.url, SWANLAB_API_KEY: this.keys.alice },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [output, errors] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    await once(child, 'close')
    const url = /^url (?<url>\S+)$/m.exec(output)?.groups?.['url']
    if (url === undefined) throw new Error(`The training did not print where its run is:\n${output}${errors}`)
    return url
  }

  /** A tab of a browser that nobody has used before. @param path - Or a whole address. */
  visit(browser: Browser, path: string, options?: OpenOptions): Promise<Page> {
    return openPage(browser, new URL(path, this.server.url).href, { allowed: REFUSALS, ...options })
  }

  async signIn(page: Page, key: string): Promise<void> {
    await page.getByLabel('API key', { exact: true }).fill(key)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('link', { name: /^Settings: / }).waitFor()
  }

  /** What somebody who signed in in `page` is answered, below the API. */
  async ask(page: Page, path: string): Promise<{ status: number; body: string }> {
    const answer = await fetch(`${this.server.url}/api/dashboard${path}`, {
      headers: { authorization: `Bearer ${await tokenIn(page)}` },
    })
    return { status: answer.status, body: await answer.text() }
  }

  async close(): Promise<void> {
    await this.server.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

export function tokenIn(page: Page): Promise<string> {
  return page.evaluate(`sessionStorage.getItem('swanlab.token') ?? ''`)
}

/** Everything that a tab holds: markup, fields, what is kept, and where it is. */
export function everythingIn(page: Page): Promise<string> {
  return page.evaluate(
    `document.documentElement.outerHTML + [...document.querySelectorAll('input')].map(({ value }) => value) +
      JSON.stringify([{ ...localStorage }, history.state, location.href])`,
  )
}

/** What the page says. */
export function mainText(page: Page): Promise<string> {
  return page.getByRole('main').innerText()
}

/** Resolves when the chart of a key has a line in it: grid and text are grey. */
export async function lineOf(page: Page, key: string): Promise<void> {
  await page.waitForFunction(`(() => {
    const canvas = document.querySelector('figure[data-key="${key}"] canvas')
    const { data } = canvas?.getContext('2d').getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 0 && Math.abs(data[at] - data[at + 2]) > 40) return true
    return false
  })()`)
}
