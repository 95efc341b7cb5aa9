import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { init, type Callback, type Run } from 'swanlab'
import { median, nanoseconds, table } from './measure.ts'
import { rows, SCRATCH } from './runs.ts'

const STEPS = 200_000
const LOGDIR = join(SCRATCH, 'background')
/** How long the idle process is watched, in milliseconds. */
const WATCH = 60_000
/** Length of a tick of processor time on Linux, in milliseconds. */
const TICK = 10

const SWANLAB = fileURLToPath(new URL('../packages/swanlab/dist/index.js', import.meta.url))
const MODULE = new URL('listener.mjs', import.meta.url).href
const RESIDENT: Callback = { name: 'listener', resident: { module: MODULE, export: 'listener', options: {} } }

/** What the background process costs the training, and what it costs by itself. */
export async function benchBackground(): Promise<string> {
  // Starts first: starting a process takes longer the larger the one is that does it, and programs begin small.
  const starts = await alternately(15, async (background) => (await measure(background, 0)).init)
  const logs = await alternately(9, async (background) => (await measure(background, STEPS)).log)
  const ms = (ns: number): string => `${(ns / 1e6).toFixed(1)} ms`
  const us = (ns: number): string => `${(ns / 1e3).toFixed(2)} us`
  const training = table(
    ['the training process', 'with', 'without', 'more', 'ratio'],
    [line('init()', starts, ms), line(`log() of 5 scalars, ${STEPS} of them`, logs, us)],
  )
  return `${training}\n\n${await idle()}`
}

interface Costs {
  readonly own: number
  readonly bare: number
}

function line(title: string, { own, bare }: Costs, unit: (ns: number) => string): string[] {
  return [title, unit(own), unit(bare), unit(own - bare), (own / bare).toFixed(2)]
}

/** Medians of rounds with the background process and without, in turn and not always the same one first. */
async function alternately(rounds: number, work: (background: boolean) => Promise<number>): Promise<Costs> {
  const own: number[] = []
  const bare: number[] = []
  // The first round loads what the others find loaded.
  for (let round = 0; round <= rounds; round++) {
    for (const background of round % 2 === 0 ? [true, false] : [false, true]) {
      const cost = await work(background)
      if (round > 0) (background ? own : bare).push(cost)
    }
  }
  return { own: median(own), bare: median(bare) }
}

/** One run, with the callback in the background process or in none. In nanoseconds. */
async function measure(background: boolean, steps: number): Promise<{ init: number; log: number }> {
  const start = process.hrtime.bigint()
  const run: Run = await init({
    project: 'bench',
    mode: 'offline',
    logdir: LOGDIR,
    callbacks: background ? [RESIDENT] : [],
    settings: { logLevel: 'silent', metadataCollect: false, requirementsCollect: false },
  })
  const took = Number(process.hrtime.bigint() - start)
  // By then it is up, and reads the journal.
  await sleep(steps > 0 ? 1_500 : 300)
  const data = rows(5)
  const log = nanoseconds(steps, (i) => run.log(data[i % data.length]!))
  await run.finish()
  return { init: took, log }
}

/** Processor time and memory of the background process beside a training that logs nothing. Linux only. */
async function idle(): Promise<string> {
  const folder = join(SCRATCH, 'idle')
  mkdirSync(folder, { recursive: true })
  const program = join(folder, 'program.mjs')
  const resident = JSON.stringify(RESIDENT)
  writeFileSync(
    program,
    `import { init } from ${JSON.stringify(SWANLAB)}
    const settings = { logLevel: 'silent' }
    const run = await init({ project: 'bench', mode: 'offline', logdir: 'swanlog', settings, callbacks: [${resident}] })
    run.log({ loss: 1 })
    console.log(run.dir)
    setTimeout(() => {}, 1e9)`,
  )
  const training = spawn(process.execPath, [program], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  const [output] = (await once(training.stdout, 'data')) as [Buffer]
  await sleep(5_000)
  const pid = backgroundOf(output.toString().trim())
  const before = ticksOf(pid)
  await sleep(WATCH)
  const spent = (ticksOf(pid) - before) * TICK
  const memory = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
  training.kill('SIGKILL')
  return table(
    [`idle for ${WATCH / 1000} s`, 'processor time', 'of one processor', 'resident'],
    [['background process', `${spent} ms`, `${((spent / WATCH) * 100).toFixed(2)} %`, `${memory.toFixed(0)} MB`]],
  )
}

function backgroundOf(dir: string): number {
  const isOurs = (pid: string): boolean => {
    try {
      const [, program = '', of] =
        /\0([^\0]*main\.js)\0([^\0]*)\0/.exec(readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? []
      return program !== '' && of === dir
    } catch {
      return false
    }
  }
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && isOurs(name))
  if (pid === undefined) throw new Error('there is no background process')
  return Number(pid)
}

/** User and system time. */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
  return Number(fields[11]) + Number(fields[12])
}
