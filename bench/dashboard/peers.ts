import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { Looked } from './browser.ts'
import { ms, quantile, type Figure } from './figure.ts'
import { emptyFolder, keptFolder, placeRun } from './journals.ts'
import { SCALE } from './scale.ts'
import { Served } from './served.ts'

/** As much as somebody's afternoon. */
const RUNS = 5
const KEYS = 20
const LOADS = 3
/** Milliseconds for which bytes are counted after the first chart. */
const AFTER = 3_000
/** Milliseconds that a peer may take to start. */
const START = 120_000

const PEERS = {
  // The element is there before there is a line in it: in its favour.
  tensorboard: { port: 6_211, path: '/', chart: 'line-chart canvas, line-chart path' },
  trackio: {
    port: 6_212,
    path: '/?project=bench',
    chart: '.vega-embed canvas',
  },
} as const

interface Loaded {
  readonly first: number
  readonly bytes: number
}

/** The same curves on other pages, where python3 can install them. */
export async function benchPeers(browser: Browser): Promise<Figure[]> {
  const python = installed()
  if (python === undefined) {
    console.error('python3 could not install tensorboard and trackio: there is nothing to compare with.')
    return []
  }
  const ours = await loadOurs(browser)
  const figures: Figure[] = []
  for (const name of Object.keys(PEERS) as (keyof typeof PEERS)[]) {
    const theirs = await loadPeer(browser, python, name)
    const [time, bytes] = [ours.first / theirs.first, ours.bytes / theirs.bytes]
    figures.push({
      figure: `${RUNS} runs x ${KEYS} keys x ${steps()}: first chart and bytes, over ${name}'s`,
      goal: name === 'tensorboard' ? 'first chart <= 1/3' : 'bytes <= 1/20',
      measured: `${ms(ours.first)} / ${ms(theirs.first)}, ${kb(ours.bytes)} / ${kb(theirs.bytes)}`,
      met: name === 'tensorboard' ? time <= 1 / 3 : bytes <= 1 / 20,
    })
  }
  return figures
}

const steps = (): number => Math.min(2_000, SCALE.steps / 100)
const kb = (bytes: number): string => `${Math.round(bytes / 1_000).toLocaleString('en')} kB`

/** @returns the path of a Python that has both. */
function installed(): string | undefined {
  const environment = join(keptFolder(), 'python')
  const python = join(environment, 'bin', 'python')
  const has = (): boolean =>
    existsSync(python) && spawnSync(python, ['-c', 'import tensorboard, trackio'], { stdio: 'ignore' }).status === 0
  if (has()) return python
  spawnSync('python3', ['-m', 'venv', environment], { stdio: 'ignore' })
  spawnSync(python, ['-m', 'pip', 'install', '-q', 'tensorboard', 'trackio'], { stdio: 'ignore' })
  return has() ? python : undefined
}

async function loadOurs(browser: Browser): Promise<Loaded> {
  const logdir = emptyFolder('peers')
  for (let run = 0; run < RUNS; run++) placeRun(logdir, `small-${run}`, { steps: steps(), keys: KEYS, seed: 1 + run })
  const served = await Served.over(logdir, emptyFolder('peers-cache'))
  try {
    return await load(browser, served.page(''), 'bench.inked[0]')
  } finally {
    await served.stop()
  }
}

async function loadPeer(browser: Browser, python: string, name: keyof typeof PEERS): Promise<Loaded> {
  const { port, path, chart } = PEERS[name]
  const program = fileURLToPath(new URL('peers.py', import.meta.url))
  const asked = [name, emptyFolder(name), port, RUNS, KEYS, steps()].map(String)
  const peer = spawn(python, [program, ...asked], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    for await (const line of createInterface({ input: peer.stdout })) if (line === 'ready') break
    await answers(`http://127.0.0.1:${port}/`)
    return await load(browser, `http://127.0.0.1:${port}${path}`, `bench.firstOf(${JSON.stringify(chart)})`)
  } finally {
    await stop(peer)
  }
}

/** @param first - When the first chart was there; undefined until it is. */
async function load(browser: Browser, url: string, first: string): Promise<Loaded> {
  const loads: Loaded[] = []
  // The first time a server is asked, it loads what the others find loaded.
  for (let n = 0; n <= LOADS; n++) {
    const looked = await Looked.at(browser, url)
    await looked.until(`(${first}) !== undefined`)
    const time = await looked.tell<number>(first)
    await sleep(AFTER)
    loads.push({ first: time, bytes: looked.bytes })
    await looked.close()
  }
  const warm = loads.slice(1)
  return {
    first: quantile(
      warm.map((one) => one.first),
      0.5,
    ),
    bytes: quantile(
      warm.map(({ bytes }) => bytes),
      0.5,
    ),
  }
}

async function answers(url: string): Promise<void> {
  const until = performance.now() + START
  for (;;) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return
    if (performance.now() > until) throw new Error(`${url} does not answer`)
    await sleep(200)
  }
}

async function stop(peer: ChildProcess): Promise<void> {
  if (peer.exitCode !== null) return
  peer.kill('SIGKILL')
  await once(peer, 'exit')
}
