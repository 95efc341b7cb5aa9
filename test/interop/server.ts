import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const COMMAND = fileURLToPath(new URL('../../packages/swanlab/dist/cli/main.js', import.meta.url))

/** A server as a new user starts it: `swanlab server` in a new folder. */
export interface PrintedServer {
  /** The variables that it prints for clients, as they stand. */
  readonly env: Readonly<Record<string, string>>
  readonly pid: number
  /** The user that it makes. */
  readonly user: string
  close(): Promise<void>
}

/** @param flags - For Node. @throws Error when it ends before it listens. */
export async function startPrinted(dataDir: string, flags: readonly string[] = []): Promise<PrintedServer> {
  const child = spawn(process.execPath, [...flags, COMMAND, 'server', '--data', dataDir, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const env: Record<string, string> = {}
  let user = ''
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) env[name] = value
    user ||= /^Made the user (\S+)\. /.exec(line)?.[1] ?? ''
    if (line.startsWith('Listening on ')) {
      child.stdout.resume()
      const close = async (): Promise<void> => {
        child.kill('SIGTERM')
        await ended
      }
      return { env, pid: child.pid!, user, close }
    }
  }
  throw new Error('swanlab server ended before it listened')
}
