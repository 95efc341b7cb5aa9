import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { JournalReader } from '../journal/reader.ts'
import type { JournalRecord } from '../journal/records.ts'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  /** Without this library's own lines. */
  readonly stderr: string
  readonly reports: readonly string[]
  /** Milliseconds from the last signal, or from the start, to the end. */
  readonly took: number
}

/** What is done to a program when it says "ready". */
export type Drive = (
  kill: (signal: NodeJS.Signals) => void,
  said: (word: string) => Promise<void>,
) => Promise<void> | void

/** Programs that run at the same time. */
const MAX_RUNNING = 3
const SOURCES = ['--conditions=source', '--import', 'tsx']

let running = 0
const queue: (() => void)[] = []

/** Runs a program of this folder until it ends. @param options - `sources`: it imports TypeScript. Default: true. */
export async function runProgram(
  file: string,
  args: readonly string[],
  drive?: Drive,
  options?: { sources: boolean },
): Promise<Ended> {
  if (running >= MAX_RUNNING) await new Promise<void>((resolve) => queue.push(resolve))
  running++
  try {
    return await run(fileURLToPath(new URL(file, import.meta.url)), args, drive, options?.sources ?? true)
  } finally {
    running--
    queue.shift()?.()
  }
}

function run(path: string, args: readonly string[], drive: Drive = () => {}, sources: boolean): Promise<Ended> {
  const child = spawn(process.execPath, [...(sources ? SOURCES : []), path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1', VITEST: undefined },
  })
  let [stdout, stderr, from] = ['', '', Date.now()]
  let heard = (): void => {}
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk)
    heard()
  })
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  const said = (word: string): Promise<void> =>
    new Promise((resolve) => {
      heard = () => {
        if (stdout.includes(word)) resolve()
      }
      heard()
    })
  const kill = (signal: NodeJS.Signals): void => {
    from = Date.now()
    child.kill(signal)
  }
  void said('ready\n').then(() => drive(kill, said))
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      const lines = stderr.split('\n')
      const own = lines.filter((line) => line.startsWith('swanlab:'))
      const rest = lines.filter((line) => !line.startsWith('swanlab:')).join('\n')
      resolve({ code, signal, stdout, stderr: rest, reports: own, took: Date.now() - from })
    })
  })
}

/** What the only run below `logdir` has recorded. */
export function journalIn(logdir: string): JournalRecord[] {
  const runs = existsSync(logdir) ? readdirSync(logdir).filter((name) => name.startsWith('run-')) : []
  if (runs.length > 1) throw new Error(`${runs.length} runs, not one`)
  return runs.flatMap((name) => [...new JournalReader(join(logdir, name, 'journal.jsonl'))])
}
