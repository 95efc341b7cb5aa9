import type { Browser } from 'playwright-core'
import { launchBrowser } from '../packages/dashboard/src/page/testing/chromium.ts'
import type { Figure } from './dashboard/figure.ts'
import { removeFolders } from './dashboard/journals.ts'
import { benchList } from './dashboard/list.ts'
import { benchLive } from './dashboard/live.ts'
import { benchFirstLine, benchPage } from './dashboard/page.ts'
import { benchPeers } from './dashboard/peers.ts'
import { benchReading } from './dashboard/reading.ts'
import { isShort } from './dashboard/scale.ts'
import { benchServing } from './dashboard/serving.ts'
import { table } from './measure.ts'

type Part = (browser: Browser | undefined) => readonly Figure[] | Promise<readonly Figure[]>

const inBrowser =
  (part: (browser: Browser) => Promise<readonly Figure[]>): Part =>
  (browser) =>
    browser ? part(browser) : []

const PARTS: Readonly<Record<string, Part>> = {
  reading: benchReading,
  first: inBrowser(benchFirstLine),
  serving: benchServing,
  page: inBrowser(benchPage),
  live: inBrowser(benchLive),
  list: inBrowser(benchList),
  peers: (browser) => (browser && !isShort ? benchPeers(browser) : []),
}

/**
 * How quickly the dashboard reads, answers and draws. `BENCH=short`: small sizes, which show that everything runs.
 * `BENCH_PARTS=page,live`: these alone.
 */
export async function benchDashboard(): Promise<string> {
  const figures: Figure[] = []
  const wanted = process.env['BENCH_PARTS']?.split(',') ?? Object.keys(PARTS)
  const browser = await launchBrowser()
  try {
    for (const name of wanted) {
      for (const one of await PARTS[name]!(browser)) {
        figures.push(one)
        console.error(`${one.figure}: ${one.measured}`)
      }
    }
  } finally {
    await browser?.close()
    removeFolders()
  }
  const word = ({ met }: Figure): string => (met === undefined ? '' : met ? 'met' : 'missed')
  return table(
    [`dashboard${isShort ? ', small' : ''}`, 'goal', 'measured', ''],
    figures.map((one) => [one.figure, one.goal, one.measured, word(one)]),
  )
}
