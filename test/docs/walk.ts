import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import type { Block } from './blocks.ts'
import { ROOT } from './pages.ts'
import type { Surroundings } from './surroundings.ts'

export interface Tried {
  readonly block: Block
  /** Absent: all is well. */
  readonly failure: string | undefined
}

/** No block has a reason to take this long, in milliseconds. */
const LONGEST = 120_000
const BIN = join(ROOT, 'node_modules/.bin')
const FILES = { ts: 'mts', js: 'mjs', sh: 'sh' } as const

/** A person who has an empty folder, an empty home and a page: copies what is on it, from the top to the bottom. */
export class Newcomer {
  readonly app: string
  readonly env: NodeJS.ProcessEnv
  readonly #stops: (() => Promise<unknown>)[] = []

  constructor(name: string, { folder, registryUrl, slackUrl }: Surroundings) {
    const desk = join(folder, name.replaceAll(/\W+/g, '-'))
    this.app = join(desk, 'app')
    const home = join(desk, 'home')
    for (const made of [this.app, home]) mkdirSync(made, { recursive: true })
    // Where README.md has the clone.
    symlinkSync(ROOT, join(desk, 'swanlab'))
    writeFileSync(join(home, '.npmrc'), `prefix=${home}/global\n`)
    this.env = {
      ...network(),
      HOME: home,
      PATH: [
        join(home, 'global/bin'),
        join(this.app, 'node_modules/.bin'),
        dirname(process.execPath),
        '/usr/bin:/bin',
      ].join(':'),
      npm_config_registry: registryUrl,
      npm_config_cache: join(folder, 'npm'),
      npm_config_audit: 'false',
      npm_config_fund: 'false',
      npm_config_update_notifier: 'false',
      SLACK_WEBHOOK_URL: slackUrl,
    }
  }

  async tryAll(blocks: readonly Block[]): Promise<Tried[]> {
    const port = await freePort()
    const failures = new Map<Block, string | undefined>()
    for (const block of blocks) {
      const code = block.code.replaceAll('5092', String(port))
      failures.set(block, await this.#try({ ...block, code }, port).catch((error: unknown) => String(error)))
    }
    for (const stop of this.#stops) await stop()
    const wrong = await this.#types(blocks)
    const named = (block: Block): boolean => wrong?.includes(`${nameOf(block)}(`) === true
    // What the compiler says of no block in particular is the first one's.
    const blamed = wrong === undefined || blocks.some(named) ? named : (block: Block) => block === blocks[0]
    return blocks.map((block) => ({ block, failure: failures.get(block) ?? (blamed(block) ? wrong : undefined) }))
  }

  /** @returns what went wrong. */
  async #try(block: Block, port: number): Promise<string | undefined> {
    const { language, code, mark } = block
    const inClone = mark.kind === 'in the clone'
    writeFileSync(join(this.app, nameOf(block)), code)
    if (mark.kind === 'not run') return undefined
    if (mark.kind !== 'keeps running')
      return inClone ? this.#runInClone(block) : this.run(command(language, nameOf(block)))
    // Of the programs of one page only its server has the port that later blocks name.
    const own = /\bserver\b/.test(code) ? port : 0
    if (language === 'sh') writeFileSync(join(this.app, nameOf(block)), `exec ${code.trim()} --port ${own}\n`)
    return this.#keepRunning(command(language, nameOf(block)))
  }

  async #runInClone(block: Block): Promise<string | undefined> {
    const path = join(ROOT, `.docs-${nameOf(block)}`)
    writeFileSync(path, block.code)
    try {
      return await this.run(command(block.language, path, ['--conditions=source']), ROOT)
    } finally {
      rmSync(path)
    }
  }

  /** As somebody's strict project would check it; Node's types come from here, for nobody tells newcomers to have them. */
  #types(blocks: readonly Block[]): Promise<string | undefined> {
    const programs = blocks.filter(({ language }) => language !== 'sh').map(nameOf)
    if (programs.length === 0) return Promise.resolve(undefined)
    const types = ['--typeRoots', join(ROOT, 'node_modules/@types'), '--types', 'node']
    const options = '--strict --noEmit --allowJs --checkJs --pretty false --target es2023 --module nodenext'.split(' ')
    return this.run([join(BIN, 'tsc'), '--ignoreConfig', ...options, ...types, ...programs])
  }

  /** @returns what it printed, when it failed. */
  run([command = '', ...args]: readonly string[], cwd = this.app): Promise<string | undefined> {
    return new Promise((resolve) => {
      let printed = ''
      const options = { cwd, env: this.env, timeout: LONGEST } as const
      const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
      child.on('error', (error) => resolve(error.message))
      child.on('close', (code, signal) => resolve(code === 0 ? undefined : `${printed}ended with ${signal ?? code}`))
    })
  }

  /** Until it has told its key, or the address of its page; the variables that it prints are those of all that follows. */
  #keepRunning([command = '', ...args]: readonly string[]): Promise<string | undefined> {
    // A group of its own: npx does not pass a signal on.
    const options = { cwd: this.app, env: this.env, detached: true } as const
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
    this.#stops.push(() => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
      return ended
    })
    return new Promise((resolve) => {
      let printed = ''
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          printed += text
          if (!/SWANLAB_API_KEY=\w+\s|#t=\S+\s/.test(printed)) return
          for (const [, name = '', value] of printed.matchAll(/\b(SWANLAB_\w+)=(\S+)/g)) this.env[name] = value
          resolve(undefined)
        })
      void ended.then(() => resolve(`${printed}ended`))
      setTimeout(() => resolve(`${printed}no key and no address within ${LONGEST / 1_000} s`), LONGEST).unref()
    })
  }
}

const nameOf = ({ file, line, language }: Block): string => file ?? `block-${line}.${FILES[language]}`

function command(language: Block['language'], path: string, options: readonly string[] = []): string[] {
  if (language === 'sh') return ['sh', '-eu', path]
  return language === 'js' ? [process.execPath, ...options, path] : [join(BIN, 'tsx'), ...options, path]
}

/** How this machine reaches the registry: the one thing of its environment that a newcomer's has, too. */
function network(): NodeJS.ProcessEnv {
  const names = /^(?:NODE_EXTRA_CA_CERTS|https?_proxy|no_proxy|npm_config_cafile)$/i
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => names.test(name)))
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
