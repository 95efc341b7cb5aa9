import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { compiled } from '../compiled.ts'

/** A process that does what it is told. */
export interface Asked {
  /** @returns its answer; `undefined` when it has ended. */
  ask<T>(command: object): Promise<T | undefined>
  /** What it has written to standard error. */
  stderr(): string
  kill(): Promise<void>
}

/** A namespace of its own, with all that is in it ending together. */
export const OWN_PIDS = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child']
export const OWN_HOST_NAME = ['unshare', '--uts', 'sh', '-c', 'hostname "$0" && exec "$@"']

/** Why namespaces cannot be had here; absent when they can. */
export function noNamespaces(): string | undefined {
  const tried = spawnSync(OWN_PIDS[0]!, [...OWN_PIDS.slice(1), 'unshare', '--uts', 'true'], { encoding: 'utf8' })
  return tried.status === 0 ? undefined : (tried.error?.message ?? tried.stderr.trim())
}

/** @param through - The command that starts Node. @param flags - Of Node. */
export function startAsked(through: readonly string[] = [], flags: readonly string[] = []): Asked {
  const [command, ...args] = [...through, process.execPath, ...flags, compiled('locks/program')]
  const child: ChildProcess = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  let stderr = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin!.on('error', () => {})
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  return {
    ask: async <T>(what: object) => {
      child.stdin!.write(`${JSON.stringify(what)}\n`)
      const { value, done } = await lines.next()
      return done ? undefined : (JSON.parse(value) as T)
    },
    stderr: () => stderr,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
