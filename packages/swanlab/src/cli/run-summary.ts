import { realpathSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { RunState } from '@swanlab/core'
import { type HeaderRecord, JOURNAL_FILE, JournalReader, type JournalRecord, recordingState } from '@swanlab/journal'

/** What a run folder says about its run. */
export interface RunSummary {
  /** Absolute path of the run folder. */
  readonly dir: string
  /** `lost`: it never ended, and its process is gone. `unreadable`: the journal does not say which run it is of. */
  readonly state: RunState | 'lost' | 'unreadable'
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly project?: string | undefined
  readonly workspace?: string | undefined
  readonly url?: string | undefined
  /** In milliseconds since 1970. */
  readonly startTime?: number | undefined
  /** Recorded `log()` calls. */
  readonly steps: number
  /** Value of each metric at its highest step. */
  readonly metrics: Readonly<Record<string, number>>
  /** Lines of the journal that hold no record. */
  readonly damaged: number
}

/**
 * Reads a run from its journal alone.
 *
 * @throws the file system's own error when the journal cannot be read.
 */
export function summarize(folder: string): RunSummary {
  const dir = resolve(folder)
  // The folder may be a link: it is only looked at.
  const reader = new JournalReader(join(realpathSync(dir), JOURNAL_FILE))
  const gathered = new Gathering()
  for (const record of reader) gathered.add(record)
  return { dir, ...gathered.summary(dir), damaged: reader.damage.dropped }
}

class Gathering {
  #run: HeaderRecord['run'] | undefined
  #owner: HeaderRecord['process'] | undefined
  #state: RunState | 'lost' = 'running'
  #startTime: number | undefined
  #steps = 0
  readonly #last = new Map<string, { step: number; value: number }>()

  add(record: JournalRecord): void {
    switch (record.type) {
      case 'header':
      case 'resume':
        this.#run = record.run
        this.#owner = record.process
        this.#startTime ??= record.run.startTime
        this.#state = 'running'
        break
      case 'finish':
        this.#state = record.cause?.type === 'lost' ? 'lost' : record.state
        break
      case 'log':
        this.#steps++
        for (const [key, value] of Object.entries(record.data))
          if (record.step >= (this.#last.get(key)?.step ?? 0)) this.#last.set(key, { step: record.step, value })
    }
  }

  summary(dir: string): Omit<RunSummary, 'dir' | 'damaged'> {
    const metrics = Object.fromEntries(Array.from(this.#last, ([key, { value }]) => [key, value]))
    const [run, owner, steps] = [this.#run, this.#owner, this.#steps]
    if (!run || !owner) return { state: 'unreadable', name: basename(dir), steps, metrics }
    const { id, experimentName: name, project, workspace, url } = run
    const state = this.#state === 'running' && recordingState(dir, owner) === 'gone' ? 'lost' : this.#state
    return { state, id, name, project, workspace, url, startTime: this.#startTime, steps, metrics }
  }
}
