import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { httpServer } from '@swanlab/core/testing'
import { build, type Plugin } from 'esbuild'
import Database from 'libsql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectNoOrphans } from '../../test/orphans.ts'
import { allPlugins } from './testing/all.ts'

// As JavaScript, which a background process imports without a loader.
const EXAMPLES = fileURLToPath(new URL('..', import.meta.url))
const COMPILED = join(EXAMPLES, 'dist/plugins')
const NAMES = allPlugins('', 'http://localhost').map(({ name }) => name)

/** Each file stays a module of its own. */
const unbundled: Plugin = {
  name: 'unbundled',
  setup: (building) =>
    building.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path: path.replace(/ts$/, 'js'), external: true },
    ),
}

let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plugins-'))
  const entryPoints = [join(EXAMPLES, 'plugins/**/*.ts')]
  const format = { bundle: true, packages: 'external', platform: 'node', target: 'node20', format: 'esm' } as const
  await build({ entryPoints, outdir: COMPILED, ...format, plugins: [unbundled], logLevel: 'error' })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** @returns what it printed, when it has ended. */
async function runs(
  program: string,
  args: readonly string[] = [],
  cwd = folder,
): Promise<{ out: string; how: number | string }> {
  // Else node:test takes itself for a part of another test run.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const child = spawn(process.execPath, ['--test-reporter=tap', join(COMPILED, 'testing', program), ...args], {
    cwd,
    env,
  })
  const [out, err, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { out: out + err, how: (signal ?? code) as number | string }
}

test('each does the same in the background process as live', async () => {
  const { out, how } = await runs('conforming.js', [], EXAMPLES)
  expect(how, out).toBe(0)
  expect(out).not.toMatch(/SKIP|\(skipped/)
  expect(out.match(/^ok \d+ - /gm)).toHaveLength(NAMES.length)
})

test('each lives resident, and does its work for a training that was killed', async () => {
  await using discord = await httpServer()
  const { out, how } = await runs('training.js', [folder, discord.url])
  expect(how, out).toBe('SIGKILL')
  const { id, callbacks, reason } = JSON.parse(out.split('\n').find((line) => line.startsWith('{'))!) as {
    id: string
    callbacks: { name: string; place: string }[]
    reason: string
  }
  expect(callbacks).toEqual(expect.arrayContaining(NAMES.map((name) => ({ name, place: 'resident' }))))
  expect(reason).toContain('loss was not better than 1 in 2 values, the last at step 2')
  const [message] = await discord.received(1)
  expect((message!.json() as { content: string }).content).toMatch(/SIGKILL/)
  if (process.platform === 'linux') await expectNoOrphans(join(folder, 'swanlog'))
  expect(discord.requests).toHaveLength(1)
  const metrics = readFileSync(join(folder, `swanlab-${id}.prom`), 'utf8')
  expect(metrics).toMatch(/^swanlab_running\{.*\} 0$/m)
  expect(metrics).toMatch(/^swanlab_metric\{.*,key="eval\/acc"\} NaN$/m)
  const db = new Database(join(folder, 'runs.db'))
  expect(db.prepare('select state from run').all()).toEqual([{ state: 'crashed' }])
  expect(db.prepare('select step, data from step order by step').all()).toEqual([
    { step: 0, data: '{"loss":1,"eval/acc":"NaN"}' },
    ...[1, 2, 3, 4, 5].map((step) => ({ step, data: '{"loss":2}' })),
  ])
  db.close()
})
