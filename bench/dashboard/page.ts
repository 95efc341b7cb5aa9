import type { Browser } from 'playwright-core'
import { Looked } from './browser.ts'
import { count, mb, ms, quantile, type Figure } from './figure.ts'
import { emptyFolder, placeRun } from './journals.ts'
import { SCALE } from './scale.ts'
import { Served } from './served.ts'

const CHARTS = 12
const RUNS = 10
/** Runs with points of their own; the others have the same ones. */
const DIFFERENT = 3
const LOADS = 5
/** Places that a pointer is dragged over. */
const MOVES = 120

/** Twelve charts of ten long runs. */
export async function benchPage(browser: Browser): Promise<Figure[]> {
  const logdir = emptyFolder('page')
  const cache = emptyFolder('page-cache')
  for (let run = 0; run < RUNS; run++)
    placeRun(logdir, `long-${run}`, { steps: SCALE.steps, keys: CHARTS, seed: 1 + (run % DIFFERENT) })
  const first = await Served.over(logdir, cache)
  await first.read()
  await first.stop()
  // What was read is in the cache, and nothing of it in memory.
  const served = await Served.over(logdir, cache)
  try {
    const size = `${CHARTS} charts x ${RUNS} runs x ${count(SCALE.steps)}`
    const cold = await open(browser, served, CHARTS)
    const warm = []
    for (let n = 0; n < LOADS; n++) warm.push(await open(browser, served, CHARTS))
    const [one, all] = [
      quantile(
        warm.map(({ first: time }) => time),
        0.5,
      ),
      quantile(
        warm.map((load) => load.all),
        0.5,
      ),
    ]
    const looked = await Looked.at(browser, served.page(''))
    await looked.charts(CHARTS)
    const heap = await looked.heap()
    const zooms = await zoomInAndOut(looked)
    const frames = await drag(looked)
    const smoothed = []
    const again = []
    for (const weight of ['.9', '.99', '.999']) smoothed.push(await smooth(looked, weight))
    for (const weight of ['.9', '.99', '.999']) again.push(await smooth(looked, weight))
    await looked.close()
    return [
      {
        figure: `page of ${size}, read before: first chart, all charts`,
        goal: '<= 500 ms, <= 1.2 s',
        measured: `${ms(one)}, ${ms(all)} (of a server just started ${ms(cold.first)}, ${ms(cold.all)})`,
        met: one <= 500 && all <= 1_200,
      },
      { figure: 'heap of that page', goal: '<= 60 MB', measured: mb(heap), met: heap <= 60e6 },
      {
        figure: `zoom to new detail in ${CHARTS} charts: p95`,
        goal: '<= 200 ms',
        measured: `${ms(quantile(zooms, 0.95))} (median ${ms(quantile(zooms, 0.5))})`,
        met: quantile(zooms, 0.95) <= 200,
      },
      {
        figure: 'frames while dragging: median',
        goal: '<= 33 ms',
        measured: `${ms(quantile(frames, 0.5))} (p95 ${ms(quantile(frames, 0.95))})`,
        met: quantile(frames, 0.5) <= 33,
      },
      {
        figure: 'smoothing stop changed, same page: first, again',
        goal: '<= 1.5 s, <= 150 ms',
        measured: `${ms(Math.max(...smoothed))}, ${ms(Math.max(...again))}`,
        met: Math.max(...smoothed) <= 1_500 && Math.max(...again) <= 150,
      },
    ]
  } finally {
    await served.stop()
  }
}

/** The first chart of a long run that nobody has read yet. */
export async function benchFirstLine(browser: Browser): Promise<Figure[]> {
  const logdir = emptyFolder('first')
  placeRun(logdir, 'new', { steps: SCALE.steps, keys: 10, seed: 1 })
  const times: number[] = []
  // The first round loads what the others find loaded.
  for (let round = 0; round <= 3; round++) {
    const served = await Served.over(logdir, emptyFolder('first-cache'))
    times.push((await open(browser, served, 1)).first)
    await served.stop()
  }
  const time = quantile(times.slice(1), 0.5)
  return [
    {
      figure: `first line of ${count(SCALE.steps)} x 10 that nobody has read, on the screen`,
      goal: '<= 500 ms',
      measured: ms(time),
      met: time <= 500,
    },
  ]
}

async function open(
  browser: Browser,
  served: Served,
  charts: number,
): Promise<{ readonly first: number; readonly all: number }> {
  const looked = await Looked.at(browser, served.page(''))
  try {
    return await looked.charts(charts)
  } finally {
    await looked.close()
  }
}

async function zoomInAndOut(looked: Looked): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < SCALE.rounds; round++) {
    const from = Math.round((SCALE.steps * (round % 7)) / 10)
    const to = from + Math.round(SCALE.steps * [0.5, 0.04, 0.001][round % 3]!)
    times.push(await looked.show(`?from=${from}&to=${to}`, CHARTS))
  }
  await looked.show('?', CHARTS)
  return times
}

function smooth(looked: Looked, weight: string): Promise<number> {
  return looked.show(`?smooth=ema:${weight}`, CHARTS)
}

/** @returns milliseconds between frames while a part of a chart is chosen. */
async function drag(looked: Looked): Promise<number[]> {
  const { page } = looked
  const box = (await page.locator('figure .u-over').first().boundingBox())!
  const y = box.y + box.height / 2
  await page.mouse.move(box.x + 10, y)
  await page.mouse.down()
  await looked.tell('bench.frames = []')
  for (let move = 0; move < MOVES; move++) await page.mouse.move(box.x + 10 + (move * (box.width - 20)) / MOVES, y)
  const frames = await looked.tell<number[]>('bench.frames')
  await looked.tell('bench.frames = undefined')
  await page.keyboard.press('Escape')
  await page.mouse.move(box.x + 10, y)
  await page.mouse.up()
  return frames.slice(1).map((time, at) => time - frames[at]!)
}
