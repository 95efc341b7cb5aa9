import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchBrowser, openPage } from '../../packages/dashboard/src/page/testing/browser.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const NODE = ['--conditions=source', '--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]

const browser = await launchBrowser()
let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'demo-'))))
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

it.skipIf(!browser)('the demo ends with a command, and that leads to curves on a screen', async () => {
  const started = { cwd: ROOT, env: { PATH: process.env['PATH'], HOME: folder } }
  const output = join(folder, 'output')
  const { stdout } = await promisify(execFile)(process.execPath, [...NODE, 'examples/iris/demo.ts', output], started)
  const last = stdout.trimEnd().split('\n').at(-1)!
  const { logdir } = /^ {2}npx -y pnpm@\S+ swanlab watch (?<logdir>\S+)$/.exec(last)!.groups!

  // What that script runs, with a port of its own.
  const command = ['packages/swanlab/src/cli/main.ts', 'watch', logdir!, '--json', '--port', '0', '--no-cache']
  const watch = spawn(process.execPath, [...NODE, ...command], { ...started, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const page = await openPage(browser!, await urlIn(watch.stdout))
    await page.getByText('the loss became Infinity in epoch 13').waitFor()
    expect(await page.locator('.run-row .state').allInnerTexts()).toEqual(['crashed', 'finished'])
    const canvas = page.locator('figure[data-key="train/loss"] canvas').first()
    await expect.poll(() => canvas.evaluate(hasColor)).toBe(true)
  } finally {
    watch.kill('SIGINT')
    await once(watch, 'exit')
  }
})

async function urlIn(output: Readable): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const { url } = /"url": "(?<url>[^"]+)"/.exec(line)?.groups ?? {}
    if (url !== undefined) return url
  }
  throw new Error('The command named no page')
}

/** Runs in the page. Whether there is anything on a canvas that is not grey, as axes and grid are. */
function hasColor(element: unknown): boolean {
  const canvas = element as Canvas
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  return data.some((value, at) => at % 4 === 0 && Math.abs(value - data[at + 2]!) > 40)
}

interface Canvas {
  readonly width: number
  readonly height: number
  getContext(kind: '2d'): { getImageData(...box: number[]): { readonly data: readonly number[] } }
}
