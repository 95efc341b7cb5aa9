import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { inTurn, table } from './measure.ts'
import { SCRATCH } from './runs.ts'

const ROUNDS = 15
const SWANLAB = fileURLToPath(new URL('../packages/swanlab/dist/index.js', import.meta.url))

const PROGRAMS = {
  empty: '',
  import: `import ${JSON.stringify(SWANLAB)}`,
  'import, init, first log': `
    import { init } from ${JSON.stringify(SWANLAB)}
    const run = await init({ project: 'bench', mode: 'offline', settings: { logLevel: 'silent' } })
    run.log({ loss: 1 })
    process.reallyExit(0)`,
} as const

/** Whole processes, from start to end, beside one that does nothing. */
export function benchStartup(): string {
  const folder = join(SCRATCH, 'startup')
  mkdirSync(folder, { recursive: true })
  const subjects = Object.fromEntries(
    Object.entries(PROGRAMS).map(([name, source], i) => {
      const path = join(folder, `${i}.mjs`)
      writeFileSync(path, source)
      return [name, () => milliseconds(path, folder)]
    }),
  ) as Record<keyof typeof PROGRAMS, () => number>
  const result = inTurn(ROUNDS, subjects)
  const lines = Object.entries(result).map(([name, ms]) => [
    name,
    `${ms.toFixed(1)} ms`,
    `${(ms - result.empty).toFixed(1)} ms`,
  ])
  return table(['a process that does', 'whole', 'over the empty one'], lines)
}

function milliseconds(path: string, cwd: string): number {
  const start = process.hrtime.bigint()
  const { status, stderr } = spawnSync(process.execPath, [path], { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the program ended with ${status}: ${stderr}`)
  return Number(process.hrtime.bigint() - start) / 1e6
}
