import type { ChildProcessByStdio, IOType, StdioOptions } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'
import type { Duplex, Readable, Writable } from 'node:stream'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { environmentOf } from './environment.ts'
import { LOCK_FD, withExitWatcher } from './exit-watcher.ts'
import { packageOf } from './resident-module.ts'
import { unref } from './unref.ts'

/** A background process: its standard input lasts as long as the training, its standard output brings messages. */
export type BackgroundProcess = ChildProcessByStdio<Writable, Readable, null>

/** A background process that has been started. */
export interface Spawned {
  readonly background: BackgroundProcess
  /** Lets the exit watcher go, if there is one. */
  readonly dismiss: () => void
}

/** The program of the background process; absent inside a bundle. */
const MAIN = programNear(import.meta.url)

/** Why no background process can be started here; absent when one can. */
export function obstacle(): string | undefined {
  return MAIN === undefined ? '@swanlab/background is bundled into the program' : undefined
}

/**
 * Starts the background process, in a process group of its own so that a terminal's Ctrl-C does not take it along; and
 * with it, where there can be one, the exit watcher of this process's death.
 *
 * @param loaders - Arguments of Node, by which callbacks can be imported.
 * @param lock - An open file whose lock the background process is to hold for as long as it lives.
 * @throws when the system cannot start one.
 */
export function spawnBackground(dir: string, loaders: readonly string[] = [], lock?: number): Spawned {
  const command = commandFor('main', loaders)
  const watched = withExitWatcher(command, dir)
  const [file = '', ...args] = watched ?? command
  // Most runs only ask whether a background process could be started, and this takes as long to load as all of ours.
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn(file, args, {
    // Loaders are found from where the training works. With the order, the process goes to the run folder.
    cwd: loaders.length > 0 ? process.cwd() : dir,
    detached: true,
    stdio: descriptors(watched !== undefined, lock),
    windowsHide: true,
    env: environmentOf(process.env, process.execArgv, process.cwd()),
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

/**
 * The command that starts one of the programs beside this file.
 *
 * @throws when there is no such file: inside a bundle.
 */
export function commandFor(program: 'main' | 'import-check-main', loaders: readonly string[]): string[] {
  if (MAIN === undefined) throw new Error(obstacle())
  const path = join(dirname(MAIN), `${program}${extname(MAIN)}`)
  return [process.execPath, ...loaderOf(MAIN, loaders), ...loaders, path]
}

/**
 * Inside a bundle there is no file to start, and starting the bundle would train a second time.
 *
 * @param self - Address of this file. Absent in CommonJS, which is a bundle's.
 */
function programNear(self: string | undefined): string | undefined {
  if (self === undefined) return undefined
  const { name, folder } = packageOf(fileURLToPath(self)) ?? {}
  if (name !== '@swanlab/background' || folder === undefined) return undefined
  const main = join(folder, self.endsWith('.ts') ? 'src/main.ts' : 'dist/main.js')
  return existsSync(main) ? main : undefined
}

/** tsx itself, by name or by its path. */
const TSX = /(?:^|[/\\=])tsx(?:$|[/\\])/

/** Node 20 cannot run TypeScript. Published packages hold JavaScript, so this matters in this repository only. */
function loaderOf(main: string, loaders: readonly string[]): string[] {
  if (!main.endsWith('.ts') || loaders.some((loader) => TSX.test(loader))) return []
  const tsx = createRequire(main).resolve('tsx')
  return ['--conditions=source', '--import', pathToFileURL(tsx).href]
}
