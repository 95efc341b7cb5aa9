import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process of the tracker. */
export interface TrackerProcess {
  readonly pid: number
  readonly what: 'background process' | 'exit watcher'
  /** The run folder it belongs to. */
  readonly dir: string
}

const BACKGROUND = /\/background\/(?:src|dist)\/main\.[jt]s$/
/** In the script of the shell that waits for the death of a training. */
const EXIT_WATCHER = 'read -r word'

/** Living processes of the tracker that belong to a run in this logdir, whoever their parent is. Linux only. */
export function trackerProcessesIn(logdir: string): TrackerProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => trackerProcess(Number(pid)) ?? [])
    .filter(({ dir }) => dir.startsWith(`${logdir}/`))
}

/** Waits until the tracker has left no process behind. @throws with what is left. */
export async function expectNoOrphans(logdir: string, timeout = 40_000): Promise<void> {
  const end = performance.now() + timeout
  for (;;) {
    const left = trackerProcessesIn(logdir)
    if (left.length === 0) return
    if (performance.now() > end) {
      const list = left.map(({ pid, what, dir }) => `${what} ${pid} of ${dir}`).join(', ')
      throw new Error(`still there after ${timeout} ms: ${list}`)
    }
    await sleep(20)
  }
}

function trackerProcess(pid: number): TrackerProcess | undefined {
  try {
    // A zombie has no arguments any more.
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1)
    // A shell that is about to become a background process counts as an exit watcher.
    const script = args.findIndex((arg) => arg.includes(EXIT_WATCHER))
    if (script >= 0) return { pid, what: 'exit watcher', dir: args[script + 2]! }
    const program = args.findIndex((arg) => BACKGROUND.test(arg))
    if (program >= 0) return { pid, what: 'background process', dir: args[program + 1]! }
  } catch {
    // It has ended meanwhile, or belongs to somebody else.
  }
  return undefined
}
