import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { init } from 'swanlab'
import { inTurn, nanoseconds, table } from './measure.ts'
import { rows, SCRATCH, startRun } from './runs.ts'

const ROUNDS = 9
const CALLBACKS = [0, 3, 10] as const

/** `log()` beside the least that any lossless tracker must do: turn the row into JSON and hand it to the system. */
export async function benchLog(): Promise<string> {
  const lines: string[][] = []
  for (const width of [1, 5, 50]) {
    const data = rows(width)
    const count = width === 50 ? 5_000 : 30_000
    const fd = openSync(join(SCRATCH, `raw-${width}`), 'a')
    const subjects: Record<string, () => number> = {
      raw: () =>
        nanoseconds(count, (i) => {
          writeSync(fd, `${JSON.stringify({ type: 'log', step: i, time: Date.now(), data: data[i % data.length] })}\n`)
        }),
    }
    // One run at a time is active, so each is measured over all its rounds beside rounds of its own of the bare write.
    for (const callbacks of CALLBACKS) {
      const run = await startRun(callbacks)
      const measured = inTurn(ROUNDS, {
        ...subjects,
        log: () => nanoseconds(count, (i) => run.log(data[i % data.length]!)),
      })
      await run.finish()
      const { raw, log } = measured as { raw: number; log: number }
      lines.push([
        `${width} scalars, ${callbacks} callbacks`,
        `${(log / 1000).toFixed(2)} us`,
        `${(raw / 1000).toFixed(2)} us`,
        (log / raw).toFixed(2),
      ])
    }
    closeSync(fd)
  }
  lines.push(await disabled())
  return table(['log()', 'log', 'stringify + writeSync', 'ratio'], lines)
}

/** What a training pays that is not tracked. */
async function disabled(): Promise<string[]> {
  const data = rows(5)
  const run = await init({ project: 'bench', mode: 'disabled', settings: { logLevel: 'silent' } })
  const { log } = inTurn(ROUNDS, { log: () => nanoseconds(1_000_000, (i) => run.log(data[i % data.length]!)) })
  await run.finish()
  return ['5 scalars, disabled', `${(log / 1000).toFixed(3)} us`, '', '']
}
