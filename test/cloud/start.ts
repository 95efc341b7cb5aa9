import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { compiled } from '../compiled.ts'

export interface Training {
  readonly child: ChildProcess
  readonly run: { pid: number; dir: string; id: string; url: string }
  /** Resolves when it has logged everything. */
  readonly logged: Promise<void>
  /** Exit code or signal. */
  readonly ended: Promise<number | string>
  stderr(): string
}

/** Starts a training in cloud mode and waits for its run. */
export async function train(host: string, order: object, env: NodeJS.ProcessEnv = {}): Promise<Training> {
  const child = spawn(process.execPath, [compiled('cloud/program'), JSON.stringify(order)], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { ...process.env, SWANLAB_API_HOST: host, SWANLAB_API_KEY: 'key', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  const ended = once(child, 'exit').then(([code, signal]) => (signal ?? code) as number | string)
  const lines = createInterface({ input: child.stdout })
  const run = await new Promise<Training['run']>((resolve, reject) => {
    lines.once('line', (line) => resolve(JSON.parse(line) as Training['run']))
    void ended.then((how) => reject(new Error(`it ended with ${how}: ${stderr}`)))
  })
  const logged = new Promise<void>((resolve) => lines.on('line', (line) => line === 'logged' && resolve()))
  return { child, run, logged, ended, stderr: () => stderr }
}
