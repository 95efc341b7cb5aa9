import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { compiled } from '../compiled.ts'
import { trackerProcessesIn } from '../orphans.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Program {
  readonly child: ChildProcess
  /** What it printed once it had logged everything. */
  readonly ready: {
    readonly pid: number
    readonly dir: string
    readonly callbacks: { name: string; place: string; reason?: string }[]
  }
  /** Exit code or signal. */
  readonly ended: Promise<number | string>
  /**
   * The same for a training that dies, asked for only when its exit watcher has seen it: on a busy machine a parent that
   * asks at once is now and then quicker than the exit watcher. How often is measured in `test/kill`.
   */
  endedAfterWatcher(): Promise<number | string>
  stderr(): string
}

/**
 * Starts the training of these tests and waits until it has logged everything.
 *
 * @param through - The command that starts Node, such as `setpriv`.
 * @param more - Arguments after the order.
 */
export async function start(
  order: Record<string, unknown>,
  argv: string[] = [compiled('background/program')],
  through: readonly string[] = [],
  more: readonly string[] = [],
): Promise<Program> {
  const [command = '', ...rest] = [...through, process.execPath, ...argv, JSON.stringify(order), ...more]
  const child = spawn(command, rest, { cwd: ROOT, stdio: ['pipe', 'pipe', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  const ended = once(child, 'exit').then(([code, signal]) => (signal ?? code) as number | string)
  const ready = await new Promise<Program['ready']>((resolve, reject) => {
    createInterface({ input: child.stdout })
      .once('line', (line) => resolve(JSON.parse(line) as Program['ready']))
      // No line comes after this.
      .once('close', () => void ended.then((how) => reject(new Error(`the program ended with ${how}: ${stderr}`))))
  })
  const endedAfterWatcher = (): Promise<number | string> => {
    // Asking is done by the event loop, so that must not turn.
    for (let waited = 0; waited < 10_000 && isWatched(ready.dir); waited += 10) pause(10)
    return ended
  }
  return { child, ready, ended, endedAfterWatcher, stderr: () => stderr }
}

function isWatched(dir: string): boolean {
  return trackerProcessesIn(dirname(dir)).some((each) => each.what === 'exit watcher' && each.dir === dir)
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

export interface RecordedMoment {
  readonly pid: number
  readonly moment: string
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly payload: any
}

export function momentsIn(file: string): RecordedMoment[] {
  if (!existsSync(file)) return []
  // The last line may be being written.
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as RecordedMoment)
}

/** Waits for something to become true, and says what it was when it does not for so long that it never will. */
export async function until(what: string, check: () => boolean, timeout = 40_000): Promise<void> {
  const end = performance.now() + timeout
  while (!check()) {
    if (performance.now() > end) throw new Error(`not within ${timeout} ms: ${what}`)
    await sleep(20)
  }
}

/** Kills them, and does not mind those that have ended by themselves meanwhile. */
export function killAll(pids: readonly number[], signal: NodeJS.Signals = 'SIGKILL'): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/** Stops a process, which is seen a little after the signal is sent. Linux only. */
export async function stop(child: ChildProcess): Promise<void> {
  const tasks = `/proc/${child.pid}/task`
  const isStopped = (task: string): boolean => /\) [Tt] [^)]*$/.test(readFileSync(`${tasks}/${task}/stat`, 'latin1'))
  child.kill('SIGSTOP')
  await until('it has stopped', () => readdirSync(tasks).every(isStopped))
}

/** Kills a training and its background process. */
export async function killBoth(child: ChildProcess, dir: string): Promise<void> {
  // Stopped, it cannot start another background process.
  await stop(child)
  killAll(processesOf(dir))
  await until('its background process is gone', () => processesOf(dir).length === 0)
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** Background processes of a run folder. */
export function processesOf(dir: string): number[] {
  return trackerProcessesIn(dirname(dir)).flatMap((each) =>
    each.what === 'background process' && each.dir === dir ? [each.pid] : [],
  )
}
