import { appendFileSync } from 'node:fs'
import type { Callback } from '@swanlab/core'

/** Writes every moment it is called with, and in which process, to a file. */
export class Recorder implements Callback {
  readonly name: string
  readonly resident: Callback['resident']
  readonly #file: string

  constructor(options: { file: string; name?: string; live?: boolean }) {
    this.name = options.name ?? 'recorder'
    this.#file = options.file
    if (!options.live) this.resident = { module: import.meta.url, export: 'Recorder', options: { ...options } }
  }

  onInit = (info: object): void => this.#write('init', info)
  onRun = (run: object): void => this.#write('run', run)
  onRuntimeInfoUpdate = (info: object): void => this.#write('runtimeInfo', Object.keys(info))
  onColumnCreate = (column: object): void => this.#write('column', column)
  onLog = (record: object): void => this.#write('log', record)
  onMetricCreate = (metric: object): void => this.#write('metric', metric)
  onAlert = (alert: object): void => this.#write('alert', alert)
  onError = ({ cause, error }: { cause: object; error: object }): void => this.#write('error', { cause, error })
  onStop = (outcome: object): void => this.#write('finish', outcome)

  #write(moment: string, payload: unknown): void {
    appendFileSync(this.#file, `${JSON.stringify({ pid: process.pid, moment, payload })}\n`)
  }
}
