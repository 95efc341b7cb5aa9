import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { inTurn, median, table } from './measure.ts'
import { SCRATCH } from './runs.ts'

const ROUNDS = 15
const SWANLAB = fileURLToPath(new URL('../packages/swanlab/dist/index.js', import.meta.url))

const PROGRAMS = {
  empty: '',
  import: `import ${JSON.stringify(SWANLAB)}`,
  'import, init, first log': `
    import { init } from ${JSON.stringify(SWANLAB)}
    const run = await init({ project: 'bench', mode: 'offline', settings: { logLevel: 'silent' } })
    run.log({ loss: 1 })`,
} as const
/** What it has cost is told by the process itself, which then ends as it is. */
const END = `
  import { writeSync } from 'node:fs'
  const { user, system } = process.cpuUsage()
  writeSync(1, String((user + system) / 1_000))
  process.reallyExit(0)`

/** Whole processes, from start to end, beside one that does nothing; of CPU time, what others do at once takes less. */
export function benchStartup(): string {
  const folder = join(SCRATCH, 'startup')
  mkdirSync(folder, { recursive: true })
  const cpu: Record<string, number[]> = {}
  const subjects = Object.fromEntries(
    Object.entries(PROGRAMS).map(([name, source], i) => {
      const path = join(folder, `${i}.mjs`)
      writeFileSync(path, source + END)
      const subject = (): number => {
        // Of its own: what another process left without an end would have to be looked after.
        const cost = run(path, mkdtempSync(join(folder, 'run-')))
        cpu[name] = [...(cpu[name] ?? []), cost.cpu]
        return cost.whole
      }
      return [name, subject]
    }),
  ) as Record<keyof typeof PROGRAMS, () => number>
  const whole = inTurn(ROUNDS, subjects)
  const cpuOf = (name: string): number => median(cpu[name] ?? [])
  const lines = Object.entries(whole).map(([name, ms]) => [
    name,
    `${ms.toFixed(1)} ms`,
    `${(ms - whole.empty).toFixed(1)} ms`,
    `${cpuOf(name).toFixed(1)} ms`,
    `${(cpuOf(name) - cpuOf('empty')).toFixed(1)} ms`,
  ])
  return table(['a process that does', 'whole', 'over the empty one', 'CPU', 'over the empty one'], lines)
}

/** Milliseconds. */
function run(path: string, cwd: string): { whole: number; cpu: number } {
  const start = process.hrtime.bigint()
  const { status, stdout, stderr } = spawnSync(process.execPath, [path], { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the program ended with ${status}: ${stderr}`)
  return { whole: Number(process.hrtime.bigint() - start) / 1e6, cpu: Number(stdout) }
}
