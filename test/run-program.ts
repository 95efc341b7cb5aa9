import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { JournalReader } from '../packages/journal/src/format/reader.ts'
import { JOURNAL_FILE, type FinishRecord } from '../packages/journal/src/format/records.ts'

/** No program of these tests has a reason to live this long, in milliseconds. */
const LONGEST_LIFE = 45_000

/** How long a callback is waited for unless it says otherwise, in milliseconds. */
export const TIMEOUT = 10_000

/** How a child process ended, as its parent saw it. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  /** Without the lines of the library itself. */
  readonly stderr: string
}

/** What is left of a program: how it ended, and how it looked from outside. */
export interface Ended {
  readonly ending: Ending
  /** The library's own lines of standard error. */
  readonly messages: readonly string[]
  /** One entry a run, in the order in which they were started. */
  readonly journals: readonly Journal[]
  /** Milliseconds from the signal, or else from the line "ready" on standard output, to the end. */
  readonly lingered: number
}

export interface Journal {
  readonly rows: number
  /** Steps that were skipped: rows that were logged and are not there. */
  readonly gaps: number
  readonly finishes: readonly FinishRecord[]
}

/** Sent once the program has printed "ready". */
export interface Blow {
  readonly signal: NodeJS.Signals
  /** Milliseconds after "ready". */
  readonly after: number
}

/**
 * Bundles programs of `test/programs` together with the sources they import: plain Node loads that several times as
 * fast as tsx does.
 */
export async function bundlePrograms(names: readonly string[], outdir: string): Promise<void> {
  await build({
    entryPoints: names.map((name) => fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url))),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    conditions: ['source'],
    splitting: true,
    platform: 'node',
    format: 'esm',
    // tapable is CommonJS.
    banner: { js: `import { createRequire as from } from 'node:module'; const require = from(import.meta.url)` },
    logLevel: 'error',
  })
}

/** Runs a bundled program to its end, in a logdir of its own. */
export async function runProgram(program: string, args: readonly string[], blow?: Blow): Promise<Ended> {
  const logdir = mkdtempSync(join(tmpdir(), 'swanlab-endings-'))
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env['PATH'], HOME: logdir, SWANLAB_LOG_DIR: logdir },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_LIFE,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  let stderr = ''
  let since = Date.now()
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const wasReady = stdout.includes('ready\n')
    stdout += text
    if (wasReady || !stdout.includes('ready\n')) return
    since = Date.now()
    if (!blow) return
    setTimeout(() => {
      since = Date.now()
      child.kill(blow.signal)
    }, blow.after)
  })
  try {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject).once('close', (...how) => resolve(how))
    })
    const lingered = Date.now() - since
    const lines = stderr.split('\n')
    const own = (line: string): boolean => line.startsWith('swanlab:')
    const ending = { code, signal, stdout, stderr: lines.filter((line) => !own(line)).join('\n') }
    return { ending, messages: lines.filter(own), journals: journalsIn(logdir), lingered }
  } finally {
    rmSync(logdir, { recursive: true, force: true })
  }
}

function journalsIn(logdir: string): Journal[] {
  const folders = readdirSync(logdir).filter((name) => name.startsWith('run-'))
  return folders
    .map((name) => [...new JournalReader(join(logdir, name, JOURNAL_FILE))])
    .toSorted((a, b) => startOf(a) - startOf(b))
    .map((records) => {
      const steps = records.flatMap((record) => (record.type === 'log' ? [record.step] : []))
      const gaps = steps.filter((step, at) => step !== at).length
      return { rows: steps.length, gaps, finishes: records.filter((record) => record.type === 'finish') }
    })
}

function startOf([first]: readonly object[]): number {
  return (first as { time?: number } | undefined)?.time ?? 0
}
