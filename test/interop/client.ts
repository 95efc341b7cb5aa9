import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { sync } from 'swanlab'
import { startPrinted } from './server.ts'
import { idOf, newestRun, storedIn, type Stored } from './stored.ts'

export const KINDS = ['new', 'resume', 'crash', 'media', 'offline'] as const
/** Of one run, in milliseconds. */
const TIMEOUT = 120_000

export interface Client {
  readonly name: string
  readonly script: readonly string[]
}

type Environment = Readonly<Record<string, string>>

/** One run of each kind against a server of its own, which the client is told of in the words that the server prints. */
export async function tryClient(
  client: Client,
  work: string,
  fail: (what: string, reason: string) => void,
): Promise<Map<string, Stored>> {
  const dir = join(work, client.name)
  const dataDir = join(dir, 'data')
  mkdirSync(join(dir, 'home'), { recursive: true })
  const server = await startPrinted(dataDir)
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: join(dir, 'home'),
    SWANLAB_SAVE_DIR: join(dir, 'home', '.swanlab'),
    ...server.env,
  }
  const folder = join(dataDir, 'projects', server.user, 'interop')
  const results = new Map<string, Stored>()
  let first = ''
  for (const kind of KINDS) {
    const logdir = join(dir, kind)
    mkdirSync(logdir)
    try {
      await train(client, kind, logdir, env, kind === 'resume' ? first : undefined)
      if (kind === 'new') first = idOf(newestRun(folder))
      if (kind === 'offline') await syncWith(client, newestRun(logdir), env)
      // The time in names of folders is that of seconds.
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      results.set(kind, await whenEnded(kind === 'resume' ? runWith(folder, first) : newestRun(folder)))
    } catch (error) {
      fail(`${client.name} ${kind}`, error instanceof Error ? error.message : String(error))
    }
  }
  await server.close()
  return results
}

async function train(
  { script: [command = '', ...args] }: Client,
  kind: string,
  logdir: string,
  env: Environment,
  id?: string,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const options = { cwd: join(logdir, '..'), env, timeout: TIMEOUT }
    execFile(command, [...args, kind, logdir, ...(id ? [id] : [])], options, (error, stdout, stderr) => {
      const expected = kind === 'crash' ? 1 : 0
      const code = error ? (error.code ?? -1) : 0
      if (code === expected) resolve()
      else reject(new Error(`exit ${String(code)}\n${stdout.slice(-2_000)}${stderr.slice(-2_000)}`))
    })
  })
}

async function syncWith(client: Client, dir: string, env: Environment): Promise<void> {
  const [command = ''] = client.script
  if (client.name === 'ts') {
    await sync(dir, { apiKey: env['SWANLAB_API_KEY'], host: env['SWANLAB_API_HOST'], report: () => {} })
    return
  }
  await new Promise<void>((resolve, reject) => {
    const swanlab = join(command, '..', 'swanlab')
    // A terminal's question must not be waited for.
    const child = execFile(swanlab, ['sync', dir], { cwd: join(dir, '..'), env, timeout: TIMEOUT }, (error, out, err) =>
      error ? reject(new Error(`sync: ${out.slice(-1_000)}${err.slice(-1_000)}`)) : resolve(),
    )
    child.stdin?.end()
  })
}

/** An uploader may outlive its training. */
async function whenEnded(dir: string): Promise<Stored> {
  for (let waited = 0; ; waited += 100) {
    const stored = storedIn(dir)
    if (stored.state !== undefined || waited > 30_000) return stored
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function runWith(folder: string, id: string): string {
  const names = readdirSync(folder).filter((one) => one.startsWith('run-'))
  return join(folder, names.find((name) => idOf(join(folder, name)) === id) ?? '')
}
