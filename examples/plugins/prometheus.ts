import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Callback } from '@swanlab/core'

/** `folder` is that of node_exporter's textfile collector; `interval` the least time between writes: 5,000 ms. */
export type PrometheusOptions = { readonly folder: string; readonly interval?: number }

const label = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`
const numeral = (value: number): string => String(value).replace('Infinity', value > 0 ? '+Inf' : 'Inf')

/** Keeps the latest value of every key in a file for Prometheus. */
export function prometheusTextfile(options: PrometheusOptions): Callback {
  const { folder, interval = 5_000 } = options
  const values = new Map<string, number>()
  let [file, run, written] = ['', '', 0]
  const write = (running: 0 | 1): void => {
    const lines = Array.from(values, ([key, value]) => `swanlab_metric{${run},key=${label(key)}} ${numeral(value)}\n`)
    mkdirSync(folder, { recursive: true })
    // The collector reads no other names, and so never half a file.
    writeFileSync(`${file}.tmp`, `swanlab_running{${run}} ${running}\n${lines.join('')}`)
    renameSync(`${file}.tmp`, file)
  }
  return {
    name: 'prometheus-textfile',
    resident: { module: import.meta.url, export: 'prometheusTextfile', options },
    onRun({ id, project, experimentName }) {
      run = `project=${label(project)},run=${label(experimentName)},id=${label(id)}`
      file = join(folder, `swanlab-${id}.prom`)
    },
    onLog({ time, data }) {
      for (const [key, value] of Object.entries(data)) values.set(key, value)
      if (time - written < interval) return
      written = time
      write(1)
    },
    onStop: () => write(0),
  }
}
