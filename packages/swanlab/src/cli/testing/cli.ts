import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, vi } from 'vitest'

/** The command line as it is published; vitest has compiled it. */
export const COMMAND: readonly string[] = [
  process.execPath,
  fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url)),
]
/** A busy machine takes seconds to start a program, and a test starts several beside a server: none outlives its test. */
const LONGEST_LIFE = 60_000

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Home {
  /** Home and working directory of every command; each test has its own. */
  readonly dir: string
  /** Set for every command; a test may add to it. */
  readonly env: Record<string, string>
  /** Runs `swanlab` to its end. @param input - Its standard input. */
  run(args: readonly string[], input?: string): Promise<Ended>
  start(args: readonly string[]): ChildProcessWithoutNullStreams
}

/** To be called where a file begins. */
export function useHome(): Home {
  const home = {
    dir: '',
    env: {} as Record<string, string>,
    start: (args: readonly string[]) => spawnIn(home, [...COMMAND, ...args]),
    run: (args: readonly string[], input = '') => {
      const child = home.start(args)
      child.stdin.end(input)
      return ending(child)
    },
  }
  vi.setConfig({ testTimeout: LONGEST_LIFE })
  beforeEach(() => {
    home.dir = mkdtempSync(join(tmpdir(), 'swanlab-cli-'))
    home.env = {
      PATH: process.env['PATH'] ?? '',
      HOME: home.dir,
      SWANLAB_SAVE_DIR: join(home.dir, 'save'),
      TZ: 'UTC',
    }
  })
  afterEach(() => rmSync(home.dir, { recursive: true, force: true }))
  return home
}

export function spawnIn(
  { dir, env }: Pick<Home, 'dir' | 'env'>,
  [program, ...args]: readonly string[],
): ChildProcessWithoutNullStreams {
  // A command that has ended does not read what it is still given.
  const child = spawn(program!, args, { cwd: dir, env, timeout: LONGEST_LIFE, killSignal: 'SIGKILL' })
  child.stdin.on('error', () => {})
  return child
}

export async function ending(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve, reject) =>
    child.once('error', reject).once('close', (code, signal) => resolve({ code, signal, stdout, stderr })),
  )
}
