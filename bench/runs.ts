import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { init, type Callback, type Run } from 'swanlab'

/** A folder that is gone when the process is. */
export const SCRATCH: string = mkdtempSync(join(tmpdir(), 'swanlab-bench-'))
process.on('exit', () => rmSync(SCRATCH, { recursive: true, force: true }))

/** A run that records offline, with `count` callbacks that read each record. */
export async function startRun(count: number): Promise<Run> {
  const callbacks = Array.from({ length: count }, (_, i): Callback => reader(`reader-${i}`))
  return init({
    project: 'bench',
    mode: 'offline',
    logdir: join(SCRATCH, 'swanlog'),
    callbacks,
    settings: { logLevel: 'silent' },
  })
}

let read = 0

function reader(name: string): Callback {
  return { name, onLog: (record) => void (read += record.step) }
}

/** Rows of `width` scalars, made beforehand: making them is not what is measured. */
export function rows(width: number): readonly Record<string, number>[] {
  return Array.from({ length: 512 }, (_, row) =>
    Object.fromEntries(Array.from({ length: width }, (__, i) => [`train/metric_${i}`, Math.sin(row * width + i) * 10])),
  )
}
