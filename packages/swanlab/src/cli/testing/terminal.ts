import { spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { COMMAND, spawnIn, type Home } from './cli.ts'

/** Whether there is a program that makes terminals: that of util-linux. */
export const hasTerminals: boolean = /util-linux/.test(
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '',
)

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

/** Starts `swanlab` on a terminal of its own; what the terminal shows is on standard output. */
export function startOnTerminal(home: Home, args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawnIn(home, ['script', '-qec', [...COMMAND, ...args].map(quoted).join(' '), '/dev/null'])
}
