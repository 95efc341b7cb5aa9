import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { moduleUrl, nodeOptions } from './from-source.ts'
import { packageOf } from './resident.ts'

/** A background process: its standard input is its lifeline, its standard output brings news. */
export type BackgroundProcess = ChildProcessByStdio<Writable, Readable, null>

const SELF = fileURLToPath(import.meta.url)
const MAIN = fileURLToPath(moduleUrl('main'))

/** Why no background process can be started here; absent when one can. */
export function obstacle(): string | undefined {
  // Inside a bundle there is no file to start, and starting the bundle would train a second time.
  if (packageOf(SELF) !== '@swanlab/core' || !existsSync(MAIN)) return '@swanlab/core is bundled into the program'
  return undefined
}

/**
 * Starts the background process, in a process group of its own so that a terminal's Ctrl-C does not take it along.
 *
 * @throws when the system cannot start one.
 */
export function spawnBackground(cwd: string): BackgroundProcess {
  const child = spawn(process.execPath, [...nodeOptions(), MAIN], {
    cwd,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
    // What the training was told to load or to listen to is not meant for this process.
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  child.unref()
  return child
}
