import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { expectNoOrphans } from '../orphans.ts'

// A project as a user has it: TypeScript of their own, run by tsx, and this library as compiled.
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const TSX = dirname(createRequire(import.meta.url).resolve('tsx/package.json'))
const PLUGIN = `
import { appendFileSync } from 'node:fs'
import { SwanKitCallback, type CallbackContext, type LogRecord, type Resident } from '@swanlab/core'

export class Watcher extends SwanKitCallback {
  override readonly name: string = 'watcher'
  override readonly resident: Resident
  constructor(readonly options: { exported: string; file: string; fails?: boolean }) {
    super()
    this.resident = { module: import.meta.url, export: options.exported, options }
  }
  override onLog({ step }: LogRecord, { place }: CallbackContext): void {
    appendFileSync(this.options.file, place + ' ' + step + '\\n')
    if (this.options.fails) throw new Error('the watcher is tired')
  }
}`
const train = (from: string): string => `
import { init } from 'swanlab'
import { Watcher } from '${from}'

async function main(): Promise<void> {
  const options = JSON.parse(process.argv[2]!) as { exported: string; file: string }
  const settings = { metadataCollect: false, requirementsCollect: false } as const
  const run = await init({ project: 'ts', mode: 'offline', settings, callbacks: [new Watcher(options)] })
  run.log({ loss: 1 })
  const { callbacks } = await run.finish()
  console.log(JSON.stringify({ dir: run.dir, places: run.callbacks, callbacks }))
}
void main()`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'typescript-'))
  mkdirSync(join(folder, 'node_modules', '@swanlab'), { recursive: true })
  symlinkSync(join(ROOT, 'packages/core'), join(folder, 'node_modules/@swanlab/core'))
  symlinkSync(join(ROOT, 'packages/swanlab'), join(folder, 'node_modules/swanlab'))
  symlinkSync(TSX, join(folder, 'node_modules/tsx'))
  writeFileSync(join(folder, 'plugin.ts'), PLUGIN)
  writeFileSync(join(folder, 'train.ts'), train('./plugin.ts'))
})
afterEach(async () => {
  if (process.platform === 'linux') await expectNoOrphans(join(folder, 'swanlog'))
  rmSync(folder, { recursive: true, force: true })
})

interface Ended {
  readonly places: object[]
  readonly callbacks: object[]
  readonly stderr: string
  readonly moments: string
}

async function runs(
  type: 'module' | 'commonjs',
  argv: readonly string[],
  plugin: { exported?: string; fails?: boolean } = {},
): Promise<Ended> {
  const file = join(folder, 'moments')
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'mine', type }))
  const options = JSON.stringify({ exported: 'Watcher', file, ...plugin })
  const child = spawn(process.execPath, [...argv, options], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  expect(stderr + out).toContain('"places"')
  const moments = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return { ...(JSON.parse(out) as Pick<Ended, 'places' | 'callbacks'>), stderr, moments }
}

const CLI = join(TSX, 'dist/cli.mjs')

describe('a callback in TypeScript that can be rebuilt', () => {
  test('lives in the background process under tsx, also in a package of CommonJS, which is what npm makes', async () => {
    const { places, callbacks, moments, stderr } = await runs('commonjs', [CLI, 'train.ts'])
    expect(stderr).not.toContain('in the training process')
    expect(places).toContainEqual({ name: 'watcher', place: 'resident' })
    expect(moments).toBe('resident 0\n')
    expect(callbacks).toContainEqual({ name: 'watcher', failures: 0, disabled: false })
  })

  test('has its failures there counted, and told at the end', async () => {
    const { places, callbacks, moments, stderr } = await runs('module', ['--import', 'tsx', 'train.ts'], {
      fails: true,
    })
    expect(places).toContainEqual({ name: 'watcher', place: 'resident' })
    expect(moments).toBe('resident 0\n')
    expect(callbacks).toContainEqual({ name: 'watcher', failures: 1, disabled: false })
    expect(stderr).toContain('Callback "watcher" failed in onLog: the watcher is tired')
    expect(stderr).toContain('Callback "watcher" failed once.')
  })

  test('lives in the training when the loader cannot be handed on, and one warning says why', async () => {
    writeFileSync(
      join(folder, 'main.mjs'),
      "import { register } from 'tsx/esm/api'\nregister()\nawait import('./train.ts')\n",
    )
    const { places, moments, stderr } = await runs('module', ['main.mjs'])
    expect(moments).toBe('live 0\n')
    const reason = expect.stringMatching(/^its module cannot be used in the background process: .*\.ts/) as string
    expect(places).toContainEqual({ name: 'watcher', place: 'live', reason })
    expect(stderr.match(/in the training process, because/g)).toHaveLength(1)
  })

  test('lives in the training when it names an export that is not there', async () => {
    const { places, moments, stderr } = await runs('module', ['--import', 'tsx', 'train.ts'], { exported: 'Watchr' })
    expect(moments).toBe('live 0\n')
    expect(places).toContainEqual({ name: 'watcher', place: 'live', reason: expect.any(String) as string })
    expect(stderr).toContain('it exports no function or class "Watchr"; did you mean "Watcher"?')
    expect(stderr.match(/in the training process, because/g)).toHaveLength(1)
  })

  test('lives in the training when its module starts a run, which is not started again', async () => {
    writeFileSync(join(folder, 'plugin.ts'), `${PLUGIN}\nimport './other.ts'`)
    writeFileSync(
      join(folder, 'other.ts'),
      "import { init } from 'swanlab'\nif (!process.argv[1]!.endsWith('train.ts')) await init({ mode: 'offline' })\n",
    )
    const { places, moments } = await runs('module', ['--import', 'tsx', 'train.ts'])
    expect(moments).toBe('live 0\n')
    const reason = expect.stringContaining('init() was called in the background process') as string
    expect(places).toContainEqual({ name: 'watcher', place: 'live', reason })
  })
})
