import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { Looked } from './browser.ts'
import { ms, quantile, type Figure } from './figure.ts'
import { emptyFolder, placeRun } from './journals.ts'
import { SCALE } from './scale.ts'
import { Served } from './served.ts'

const WATCHED = 50
const OLD = 5
/** Milliseconds between two rows that are waited for, and some more, so that they fall together with nothing. */
const APART = 700

/** Runs that go on while somebody looks. */
export async function benchLive(browser: Browser): Promise<Figure[]> {
  return [await untilPixel(browser), await bytesOfWatching(browser)]
}

async function untilPixel(browser: Browser): Promise<Figure> {
  const logdir = emptyFolder('live')
  const writer = await write(logdir, WATCHED)
  const served = await Served.over(logdir, emptyFolder('live-cache'))
  try {
    const keys = (await served.runs()).runs.map(({ key }) => key)
    const looked = await Looked.at(browser, served.page(`?runs=${keys.join(',')}&metrics=pulse`))
    await looked.charts(1)
    await looked.page.locator('.live.on').waitFor()
    await sleep(2_000)
    const times: number[] = []
    for (let round = 0; round < 3 * SCALE.rounds; round++) {
      const changed = looked.tell<number>('bench.change(document.querySelector("figure canvas"))')
      await sleep(100 + ((round * 37) % 300))
      writer.send('log')
      const [returned] = (await once(writer, 'message')) as [number]
      times.push((await changed) - returned)
      await sleep(APART)
    }
    await looked.close()
    const [half, most] = [quantile(times, 0.5), quantile(times, 0.95)]
    return {
      figure: `log() returned -> pixel, ${WATCHED} runs watched, ${WATCHED - 1} of which log once a second`,
      goal: 'median <= 100 ms, p95 <= 250 ms',
      measured: `${ms(half)}, ${ms(most)}`,
      met: half <= 100 && most <= 250,
    }
  } finally {
    await end(writer)
    await served.stop()
  }
}

async function bytesOfWatching(browser: Browser): Promise<Figure> {
  const logdir = emptyFolder('watching')
  for (let run = 0; run < OLD; run++) placeRun(logdir, `old-${run}`, { steps: 2_000, keys: 20, seed: 1 + run })
  const writer = await write(logdir, 1)
  const served = await Served.over(logdir, emptyFolder('watching-cache'))
  try {
    const looked = await Looked.at(browser, served.page(''))
    await looked.charts(1)
    await looked.page.locator('.live.on').waitFor()
    await sleep(2_000)
    const before = looked.bytes
    for (let second = 0; second < SCALE.watch; second++) {
      writer.send('log')
      await sleep(1_000)
    }
    const rate = (looked.bytes - before) / SCALE.watch
    await looked.close()
    return {
      figure: `bytes while one run is watched that logs once a second, beside ${OLD} old ones, over ${SCALE.watch} s`,
      goal: '<= 5 kB/s',
      measured: `${(rate / 1_000).toFixed(2)} kB/s`,
      met: rate <= 5_000,
    }
  } finally {
    await end(writer)
    await served.stop()
  }
}

async function write(logdir: string, runs: number): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('live-main.ts', import.meta.url))
  const writer = fork(program, [logdir, String(runs)], {
    execArgv: process.execArgv.filter((arg) => arg !== '--expose-gc'),
  })
  await once(writer, 'message')
  return writer
}

async function end(writer: ChildProcess): Promise<void> {
  writer.send('stop')
  await once(writer, 'exit')
}
