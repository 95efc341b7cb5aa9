import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/** Path of a browser: `CHROME_PATH`, one on the PATH, or that of the package `@sparticuz/chromium`; none is undefined. */
async function findChromium(): Promise<string | undefined> {
  const { CHROME_PATH, PATH = '' } = process.env
  if (CHROME_PATH !== undefined && CHROME_PATH !== '') return CHROME_PATH
  const found = PATH.split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path))
  if (found !== undefined) return found
  try {
    const { default: packed } = await import('@sparticuz/chromium')
    return await packed.executablePath()
  } catch {
    return undefined
  }
}

/** Absent: there is none, which is said aloud; where tests have to run, it is an error. */
export async function launchBrowser(): Promise<Browser | undefined> {
  const executablePath = await findChromium()
  if (executablePath !== undefined) return chromium.launch({ executablePath, args: ['--no-sandbox'] })
  const message =
    'No Chromium: tests in a browser are skipped. Set CHROME_PATH; @sparticuz/chromium has none for this machine.'
  if (process.env['CI']) throw new Error(message)
  console.warn(message)
  return undefined
}
