import { mkdirSync } from 'node:fs'
import type { Callback } from '../contract/callback.ts'
import type { Run } from '../contract/run.ts'
import { withRun } from '../current.ts'
import { init } from '../init.ts'
import type { InitOptions } from '../options/init-options.ts'
import type { Subject } from './conform-subject.ts'

/** A record as somebody else finds it who looks at what is kept. */
export type KeptRecord = Readonly<Record<string, unknown>> & { readonly type: string }

/** Where a recorder keeps runs, looked at without it. */
export interface RunStorage {
  /**
   * What is kept of a run right now: records of type `config`, `column`, `log`, `media`, `alert`, `console` and `finish`, with
   * the members of their payloads. Numbers are numbers.
   *
   * @param folder - The one that the recorder was made with.
   */
  records(folder: string, run: Pick<Run, 'id'>): readonly KeptRecord[]
  /** Content of what is kept of media. @param path - As in `data` of its record. */
  media(folder: string, run: Pick<Run, 'id'>, path: string): Uint8Array
  /** From now on media cannot be stored. */
  breakMedia(folder: string, run: Pick<Run, 'id'>): void
  /** From now on records cannot be written. Absent: that cannot be done on this machine. */
  breakRecords?: ((folder: string, run: Pick<Run, 'id'>) => void) | undefined
}

/** Runs with the recorder under check, in one check. */
export class RecorderBench {
  readonly storage: RunStorage
  readonly folder: string
  /** What the user was told, above `info`. */
  readonly reports: string[] = []
  readonly #subject: Subject
  #run: Run | undefined
  #unmute = (): void => {}

  constructor(subject: Subject, storage: RunStorage) {
    this.#subject = subject
    this.storage = storage
    this.folder = subject.newFolder()
  }

  /** The run that was started last. */
  get run(): Run {
    return this.#run!
  }

  async start(callbacks: readonly Callback[] = [], more: InitOptions<object> = {}): Promise<Run> {
    mkdirSync(this.folder, { recursive: true })
    this.#run = await init({
      project: 'recorders',
      // Its place in the list is no reason to be called first.
      callbacks: [...callbacks, await this.#subject.make(this.folder)],
      // Beside whatever run the tests themselves have.
      reinit: 'create_new',
      settings: {
        metadataCollect: false,
        requirementsCollect: false,
        report: (level, message) => {
          if (level === 'warn' || level === 'error') this.reports.push(message)
        },
      },
      ...more,
    })
    return this.#run
  }

  /** Records of one type, with these members alone. */
  kept(type: string, ...members: readonly string[]): unknown[] {
    const records = this.storage.records(this.folder, this.run).filter((record) => record.type === type)
    return records.map((record) =>
      structuredClone(Object.fromEntries(members.filter((name) => name in record).map((name) => [name, record[name]]))),
    )
  }

  get rows(): unknown[] {
    return this.kept('log', 'step', 'data')
  }

  /** From now on, nobody sees what is printed. Called before a run begins, which then records it nevertheless. */
  mute(): void {
    const write = process.stdout.write
    process.stdout.write = () => true
    this.#unmute = () => {
      process.stdout.write = write
    }
  }

  /** Prints in the name of the run that goes on. */
  print(line: string): void {
    void withRun(this.run, () => process.stdout.write(`${line}\n`))
  }

  async close(): Promise<void> {
    await this.#run?.finish()
    this.#unmute()
  }
}
