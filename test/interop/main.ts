import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { sync } from '@swanlab/core'
import { createServer, type TrackingServer } from '@swanlab/server'
import { install, obstacle } from './python.ts'
import { idOf, newestRun, storedIn, type Stored } from './stored.ts'

// Whole runs of SwanLab's own clients, unmodified, against our server; and what they leave there beside what our own
// client leaves for the same script.

const VERSIONS = ['0.6.8', '0.7.20', '0.9.7', '0.10.3']
const KINDS = ['new', 'resume', 'crash', 'media', 'offline'] as const
const HERE = fileURLToPath(new URL('.', import.meta.url))
const VENVS = process.env['SWANLAB_TEST_VENVS'] ?? join(tmpdir(), 'swanlab-interop')

const why = await obstacle()
if (why !== undefined) {
  console.log(`skipped: ${why}`)
  process.exit(0)
}

const work = mkdtempSync(join(tmpdir(), 'interop-'))
const dataDir = join(work, 'data')
const server = await createServer({ dataDir, port: 0 })
let failed = 0
let passed = 0
let skipped = 0

interface Client {
  readonly name: string
  readonly script: readonly string[]
}

async function start(
  client: Client,
  kind: string,
  logdir: string,
  env: NodeJS.ProcessEnv,
  id?: string,
): Promise<string> {
  const [command = '', ...args] = client.script
  return new Promise((resolve, reject) => {
    const options = { cwd: work, env, timeout: 120_000 }
    execFile(command, [...args, kind, logdir, ...(id ? [id] : [])], options, (error, stdout, stderr) => {
      const expected = kind === 'crash' ? 1 : 0
      const code = error ? (error.code ?? -1) : 0
      if (code === expected) resolve(`${stdout}${stderr}`)
      else reject(new Error(`exit ${String(code)}\n${stdout.slice(-2_000)}${stderr.slice(-2_000)}`))
    })
  })
}

/** One run of each kind, for a user of its own. */
async function tryClient(client: Client): Promise<Map<string, Stored>> {
  const user = `u${client.name.replaceAll('.', '-')}`
  await server.storage.createUser(user)
  const key = await server.storage.createKey(user)
  const home = join(work, `home-${user}`)
  mkdirSync(home)
  const env = environment(server, key, home)
  const folder = join(dataDir, 'projects', user, 'interop')
  const results = new Map<string, Stored>()
  let first = ''
  for (const kind of KINDS) {
    const logdir = join(work, `${user}-${kind}`)
    mkdirSync(logdir)
    try {
      await start(client, kind, logdir, env, kind === 'resume' ? first : undefined)
      if (kind === 'new') first = idOf(newestRun(folder))
      if (kind === 'offline') await syncWith(client, newestRun(logdir), env)
      // The time in names of folders is that of seconds.
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      const dir = kind === 'resume' ? runWith(folder, first) : newestRun(folder)
      results.set(kind, await whenEnded(dir))
    } catch (error) {
      failed++
      console.log(`FAILED ${client.name} ${kind}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return results
}

const ours = await tryClient({
  name: 'ts',
  script: [process.execPath, '--conditions=source', '--import', import.meta.resolve('tsx'), join(HERE, 'training.ts')],
})

for (const version of VERSIONS) {
  let python: string
  try {
    python = await install(VENVS, version)
  } catch (error) {
    skipped += KINDS.length
    console.log(
      `skipped ${version}: it cannot be installed (${error instanceof Error ? error.message.split('\n')[0] : ''})`,
    )
    continue
  }
  const theirs = await tryClient({
    name: version,
    script: [python, join(HERE, 'script.py')],
  })
  for (const [kind, stored] of theirs) compare(version, kind, stored, ours.get(kind))
}

await server.close()
rmSync(work, { recursive: true, force: true })
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 ? 1 : 0

function compare(version: string, kind: string, theirs: Stored, own: Stored | undefined): void {
  const differences = Object.keys(theirs).filter((member) => {
    const [a, b] = [theirs[member as keyof Stored], own?.[member as keyof Stored]]
    if (member === 'error')
      return (a as string | undefined)?.includes('diverged') !== (b as string | undefined)?.includes('diverged')
    return !isDeepStrictEqual(a, b)
  })
  if (differences.length === 0) {
    passed++
    console.log(`ok     ${version} ${kind}`)
    return
  }
  failed++
  for (const member of differences)
    console.log(
      `FAILED ${version} ${kind}: ${member}\n  theirs ${JSON.stringify(theirs[member as keyof Stored])}\n  ours   ${JSON.stringify(own?.[member as keyof Stored])}`,
    )
}

function environment({ url }: TrackingServer, key: string, home: string): NodeJS.ProcessEnv {
  const { PATH } = process.env
  return {
    PATH,
    HOME: home,
    SWANLAB_SAVE_DIR: join(home, '.swanlab'),
    SWANLAB_API_HOST: `${url}/api`,
    SWANLAB_WEB_HOST: url,
    SWANLAB_API_KEY: key,
  }
}

async function syncWith(client: Client, dir: string, env: NodeJS.ProcessEnv): Promise<void> {
  const [command = ''] = client.script
  if (client.name === 'ts') {
    await sync(dir, { apiKey: env['SWANLAB_API_KEY'], host: env['SWANLAB_API_HOST'], report: () => {} })
    return
  }
  await new Promise<void>((resolve, reject) => {
    const swanlab = join(command, '..', 'swanlab')
    // A terminal's question must not be waited for.
    const child = execFile(swanlab, ['sync', dir], { cwd: work, env, timeout: 120_000 }, (error, stdout, stderr) =>
      error ? reject(new Error(`sync: ${stdout.slice(-1_000)}${stderr.slice(-1_000)}`)) : resolve(),
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
