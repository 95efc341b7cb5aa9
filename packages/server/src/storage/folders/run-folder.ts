import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { encodeRecord, JOURNAL_FILE, RunFiles, syncFolder } from '@swanlab/journal'
import { ApiError } from '../../errors.ts'
import { newCuid } from '../../ids.ts'
import type { ColumnDefinition, Profile, StoredRun, StoredState } from '../interfaces.ts'
import type { Appender } from './appender.ts'
import { PRIVATE_FOLDER, readJson, removeLeftovers, Saver, writeJson, writeWhole } from './json-file.ts'
import { RunIndex, type IndexFile } from './run-index.ts'
import { RunJournal } from './run-journal.ts'
import { RunLog } from './run-log.ts'
import { beginning, plainConfig, runOf, type Entry } from './run-record.ts'
import { KeyedMutex } from './keyed-mutex.ts'

const INDEX_FILE = 'run.json'
/** What the name of a folder ends with while its run is being made. */
export const MAKING = '.tmp'
/** What `RunFiles` writes. */
const COPIES = ['config.yaml', 'swanlab-metadata.json', 'requirements.txt']
/** How long after a change the index is written, in milliseconds; the journal is the truth. */
const INDEX_DELAY = 2_000
/** Characters of one line; readers end at 64 MiB, and a character can be three bytes. */
const MAX_LINE = 20 * 1024 * 1024

/** One run: its folder, its journal, and what is known of it without reading that. */
export class RunFolder {
  readonly dir: string
  readonly journal: RunJournal
  readonly log: RunLog
  readonly #index: RunIndex
  readonly #saver: Saver
  readonly #files: RunFiles
  readonly #mutex = new KeyedMutex()
  #changed = false
  #timer: NodeJS.Timeout | undefined

  private constructor(dir: string, index: RunIndex, journal: RunJournal) {
    this.dir = dir
    this.journal = journal
    this.#index = index
    this.log = new RunLog(dir, journal, index, () => this.changed())
    this.#saver = new Saver(() => writeJson(join(dir, INDEX_FILE), this.#index.toFile()))
    this.#files = new RunFiles(dir, () => {})
  }

  /** Makes the folder of a new run: under another name until its journal has a header, so that one without is damage. */
  static async create(dir: string, run: StoredRun, visible: boolean, appender: Appender): Promise<RunFolder> {
    const header = beginning(run, 'header', run.createdAt, visible)
    const text = encodeRecord(header)
    const making = dir + MAKING
    try {
      // Not those above it: a project that was deleted meanwhile is not to come back.
      await rm(making, { recursive: true, force: true })
      await mkdir(making, PRIVATE_FOLDER)
      await writeWhole(join(making, JOURNAL_FILE), text)
      await rename(making, dir)
    } catch (error) {
      await rm(making, { recursive: true, force: true })
      throw error
    }
    await syncFolder(dirname(dir))
    const index = new RunIndex(run)
    index.add(header)
    index.size = Buffer.byteLength(text)
    const folder = new RunFolder(dir, index, new RunJournal(dir, appender))
    folder.changed()
    return folder
  }

  /** @throws DamageError when there is no run to be made of what is in the folder. */
  static async load(
    dir: string,
    { workspace, project, appender }: { workspace: string; project: string; appender: Appender },
  ): Promise<RunFolder> {
    const journal = new RunJournal(dir, appender)
    const { header, length } = await journal.beginning()
    const index = (await savedIndex(dir, length)) ?? new RunIndex(runOf(header, cuidOf(dir), workspace, project))
    const folder = new RunFolder(dir, index, journal)
    const size = await journal.catchUp(index.size, length, (record) => index.add(record))
    if (size !== index.size) folder.changed()
    // What was at rest when the last server ended has nothing half written.
    if (size !== index.size || index.run.state === 'RUNNING') await folder.#tidy().catch(() => {})
    index.size = size
    return folder
  }

  get run(): StoredRun {
    return this.#index.run
  }

  get columns(): readonly ColumnDefinition[] {
    return [...this.#index.columns.values()]
  }

  get lastSteps(): { scalar: ReadonlyMap<string, number>; media: ReadonlyMap<string, number>; line: number } {
    return this.#index
  }

  updateProfile(profile: Profile, now: number): Promise<void> {
    return this.#inTurn(async () => {
      const { profile: before } = this.run
      const after: Profile = { ...before, ...present({ ...profile }) }
      const config = profile.config && plainConfig(after)
      // What journals have no record for goes along with the metadata.
      const given = profile.metadata ?? (profile.conda ? {} : undefined)
      const metadata = given && { ...before.metadata, ...present(given) }
      const { requirements } = profile
      const records: (WrittenEntry | undefined)[] = [
        config && { type: 'config', time: now, config, wire: profile.config },
        metadata && {
          type: 'metadata',
          time: now,
          metadata: metadata as never,
          ...(profile.conda && { conda: profile.conda }),
        },
        requirements ? { type: 'requirements', time: now, requirements } : undefined,
      ]
      await this.#append(...records.filter((record) => record !== undefined))
      this.#files.update({
        ...(config && { config }),
        ...(profile.metadata && { metadata: metadata as never }),
        ...(requirements && { requirements }),
      })
    })
  }

  /** Continues the run. */
  resume(flagId: string, now: number, visible: boolean): Promise<void> {
    return this.#inTurn(async () => {
      if (this.run.state !== 'RUNNING') await this.#append(beginning(this.run, 'resume', now, visible))
      this.change({ flagId, heartbeatAt: undefined })
    })
  }

  end(state: Exclude<StoredState, 'RUNNING'>, finishedAt: number): Promise<void> {
    return this.#inTurn(async () => {
      if (this.run.state === state) return
      const { steps, lastStep, error: reportedError } = this.#index
      const ending = state === 'FINISHED' ? 'finished' : state === 'CRASHED' ? 'crashed' : 'aborted'
      const error =
        ending === 'finished' ? undefined : { name: 'Error', message: reportedError ?? `The run ${ending}.` }
      await this.#append({
        type: 'finish',
        time: finishedAt,
        state: ending,
        ...(error && { error, cause: { type: 'reported' } }),
        duration: Math.max(0, finishedAt - this.run.createdAt),
        steps,
        ...(lastStep !== undefined && { lastStep }),
        losses: {},
      })
    })
  }

  defineColumns(columns: readonly Omit<ColumnDefinition, 'createdAt'>[], now: number): Promise<void> {
    return this.#inTurn(() => this.log.defineColumns(columns, now))
  }

  change(change: Partial<StoredRun>): void {
    this.#index.run = { ...this.run, ...change }
    this.changed()
  }

  /** The index is written a little later. */
  changed(): void {
    this.#changed = true
    this.#timer ??= setTimeout(() => {
      this.#save().catch(() => {
        this.#changed = true
      })
    }, INDEX_DELAY).unref()
  }

  /** Forgets the run, but keeps what it held out of reach under another name. */
  async bury(): Promise<void> {
    clearTimeout(this.#timer)
    this.#changed = false
    await this.journal.release()
    await rename(this.dir, `${this.dir}.deleted`).catch(() => {})
  }

  /** Writes the index if it says something new. Where that fails, the next server makes it again from the journal. */
  async close(): Promise<void> {
    if (this.#changed) await this.#save().catch(() => {})
  }

  /** What is known is only changed when what changes it is on the disk. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    return this.#mutex.run('', work)
  }

  async #append(...records: WrittenEntry[]): Promise<void> {
    if (records.length === 0) return
    const lines = records.map((record) => encodeRecord(record))
    if (lines.some(({ length }) => length > MAX_LINE))
      throw new ApiError(400, 'Bad_Request', 'more is said about the run than can be kept')
    const written = await this.journal.append(lines.join(''))
    for (const record of records) this.#index.add(record)
    this.#index.size += written
    this.changed()
  }

  async #tidy(): Promise<void> {
    await removeLeftovers(this.dir)
    await removeLeftovers(join(this.dir, 'files'), 0, COPIES).catch(() => {})
  }

  async #save(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#changed = false
    await this.#saver.save()
  }
}

type WrittenEntry = Exclude<Entry, { type: 'log' }>

/** The index as it was saved; absent when it does not belong to a journal of this length. */
async function savedIndex(dir: string, length: number): Promise<RunIndex | undefined> {
  try {
    const file = await readIndex(dir)
    return file && typeof file.run.slug === 'string' && file.size <= length ? RunIndex.from(file) : undefined
  } catch {
    return undefined
  }
}

const readIndex = (dir: string): Promise<IndexFile | undefined> =>
  readJson<IndexFile>(join(dir, INDEX_FILE), 'it is made anew from the journal')

/** The names under which clients know a run whose journal cannot be read. */
export async function namesOf(dir: string): Promise<{ cuid: string | undefined; slug: string | undefined }> {
  const index = await readIndex(dir).catch(() => undefined)
  return { cuid: cuidIn(basename(dir)), slug: typeof index?.run?.slug === 'string' ? index.run.slug : undefined }
}

export function cuidIn(folder: string): string | undefined {
  return /^run-\d{8}_\d{6}-([a-z0-9]{21})$/.exec(folder)?.[1]
}

/** Of a run that has lost its index, or was moved here. */
const cuidOf = (dir: string): string => cuidIn(basename(dir)) ?? newCuid()

function present<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== null && member !== undefined),
  ) as Partial<T>
}
