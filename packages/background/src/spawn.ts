import type { ChildProcessByStdio, IOType, StdioOptions } from 'node:child_process'
import type { Duplex, Readable, Writable } from 'node:stream'
import { existsSync } from 'node:fs'
import { environmentOf } from './environment.ts'
import { LOCK_FD, withExitWatcher } from './exit-watcher.ts'
import { commandFor } from './program.ts'
import { unref } from './unref.ts'

/** A background process: its standard input lasts as long as the training, its standard output brings messages. */
export type BackgroundProcess = ChildProcessByStdio<Writable, Readable, null>

/** A background process that has been started. */
export interface Spawned {
  readonly background: BackgroundProcess
  /** Lets the exit watcher go, if there is one. */
  readonly dismiss: () => void
}

/**
 * Starts the background process, in a process group of its own so that a terminal's Ctrl-C does not take it along; and
 * with it, where there can be one, the exit watcher of this process's death.
 *
 * @param cwd - Where it is to work: where the training does, so that relative paths mean the same and loaders are found.
 * @param loaders - Arguments of Node, by which callbacks can be imported.
 * @param lock - An open file whose lock the background process is to hold for as long as it lives.
 * @throws when the system cannot start one.
 */
export function spawnBackground(dir: string, cwd: string, loaders: readonly string[] = [], lock?: number): Spawned {
  // Its argument is for people: `ps` shows whose background process it is.
  const command = [...commandFor('main', loaders), dir]
  const watched = withExitWatcher(command, dir)
  const [file = '', ...args] = watched ?? command
  // Most runs only ask whether a background process could be started, and this takes as long to load as all of ours.
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn(file, args, {
    // Deleted meanwhile. The process says so.
    cwd: existsSync(cwd) ? cwd : dir,
    detached: true,
    stdio: descriptors(watched !== undefined, lock),
    windowsHide: true,
    env: environmentOf(process.env, process.execArgv, cwd),
  })
  // An 'error' event without a listener would end the training; without descriptors to spare, there are no pipes either.
  child.on('error', () => {})
  if ((child.stdio as unknown) === undefined) throw new Error('too many open files')
  child.unref()
  // The exit watcher reads from it, and nothing comes back.
  const word = child.stdio[3] as Duplex | null | undefined
  word?.on('error', () => {})
  if (word) unref(word)
  return {
    // With more than three descriptors, the types do not say what the first three are.
    background: child as unknown as BackgroundProcess,
    dismiss: () => word?.end('done\n', () => word.destroy()),
  }
}

function descriptors(watched: boolean, lock: number | undefined): StdioOptions {
  const all: (IOType | number)[] = ['pipe', 'pipe', 'ignore']
  if (watched) all.push('pipe')
  if (lock === undefined) return all
  while (all.length < LOCK_FD) all.push('ignore')
  return [...all, lock]
}
