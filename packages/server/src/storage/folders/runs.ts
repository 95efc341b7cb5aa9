import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { folderName } from '@swanlab/journal'
import { ApiError, disabled, notFound } from '../../errors.ts'
import { newCuid } from '../../ids.ts'
import type { NewRun, StoredRun } from '../interfaces.ts'
import { Appender } from './appender.ts'
import { ANY_RUN, DamageError, damageOf, nameOfRun, nameInProject, type Damages } from './damage.ts'
import { forgetParts, forgetUploads } from './parts.ts'
import type { ProjectFolder } from './projects.ts'
import { cuidIn, MAKING, namesOf, RunFolder } from './run-folder.ts'
import { KeyedMutex } from './keyed-mutex.ts'

const FOLDER = /^run-\d{8}_\d{6}-([a-z0-9]{21})(?:\.deleted)?$/

/** The runs of all projects. */
export class Runs {
  readonly #clock: () => number
  readonly #damages: Damages
  readonly #appender = new Appender()
  readonly #runs = new Map<string, RunFolder>()
  /** Cuids of runs that were deleted. */
  readonly #deleted = new Set<string>()
  /** One request at a time for each id, whoever asks: an id is decided on here, for the whole server. */
  readonly #mutex = new KeyedMutex()

  constructor(clock: () => number, damages: Damages) {
    this.#clock = clock
    this.#damages = damages
  }

  /** @throws ApiError 507 when it is damaged. */
  find(cuid: string): RunFolder | undefined {
    const folder = this.#runs.get(cuid)
    if (!folder && !this.#deleted.has(cuid)) this.#damages.refuse(nameOfRun(cuid), ANY_RUN)
    return folder
  }

  /** @throws ApiError 404; 507 when it is damaged. */
  get(cuid: string): RunFolder {
    const folder = this.find(cuid)
    if (!folder) throw notFound('run')
    return folder
  }

  /** @param id - Slug or cuid. */
  findIn({ runs, project }: ProjectFolder, id: string): RunFolder | undefined {
    const bySlug = runs.get(id)
    if (bySlug) return bySlug
    this.#damages.refuse(nameInProject(project.workspace, project.name, id))
    const byCuid = this.#runs.get(id)
    return byCuid && runs.get(byCuid.run.slug) === byCuid ? byCuid : undefined
  }

  wasDeleted(cuid: string): boolean {
    return this.#deleted.has(cuid)
  }

  /** @throws ApiError 409 when the id is that of a run in another project of the same user; 404 when the run was deleted. */
  create(home: ProjectFolder, order: NewRun): Promise<{ run: StoredRun; created: boolean }> {
    return this.#mutex.run(order.id ?? newCuid(), () => this.#create(home, order))
  }

  async #create(home: ProjectFolder, order: NewRun): Promise<{ run: StoredRun; created: boolean }> {
    const { project } = home
    const now = this.#clock()
    const visible = project.visibility === 'PUBLIC'
    const known = order.id === undefined ? undefined : this.findIn(home, order.id)
    if (known) {
      const { empty, requestedAt } = known.run
      const repeated = empty && order.requestedAt !== undefined && requestedAt === order.requestedAt
      await known.resume(newCuid(), now, visible)
      return { run: known.run, created: repeated }
    }
    if (order.id !== undefined && home.deleted.has(order.id)) throw disabled()
    const { id, ...fields } = order
    const elsewhere = id === undefined ? undefined : this.#runs.get(id)?.run
    // What is not theirs is nobody's business: then the run gets another cuid, which every client takes.
    if (elsewhere?.workspace === project.workspace)
      throw new ApiError(409, 'Conflict', `run ${id} belongs to another project`)
    const cuid = id !== undefined && this.#isFree(id) ? id : newCuid()
    const run: StoredRun = {
      ...fields,
      cuid,
      slug: id ?? cuid,
      workspace: project.workspace,
      project: project.name,
      createdAt: now,
      finishedAt: undefined,
      heartbeatAt: undefined,
      state: 'RUNNING',
      flagId: newCuid(),
      empty: true,
      profile: {},
    }
    const folder = await RunFolder.create(join(home.dir, folderName(cuid, now)), run, visible, this.#appender)
    this.#enter(home, folder)
    return { run, created: true }
  }

  /** Gone when it resolves, also for the next server. @param save - Writes down which runs of the project are gone. */
  async remove(home: ProjectFolder, folder: RunFolder, save: () => Promise<void>): Promise<void> {
    const { slug, cuid } = folder.run
    home.deleted.add(slug).add(cuid)
    home.unsaved = true
    try {
      await save()
    } catch (error) {
      for (const id of [slug, cuid]) home.deleted.delete(id)
      throw error
    }
    home.runs.delete(slug)
    this.forget([cuid])
    await folder.bury()
  }

  /** Takes the runs out of memory; what comes for them is dropped from now on. */
  forget(cuids: Iterable<string>): void {
    for (const cuid of cuids) {
      this.#runs.delete(cuid)
      this.#deleted.add(cuid)
    }
  }

  /** Enters the runs of a project. What is damaged is noted, and left alone. */
  async load(home: ProjectFolder): Promise<void> {
    for (const one of (await readdir(home.dir)).toSorted()) {
      const dir = join(home.dir, one)
      // Nobody was ever answered about a run that was still being made.
      if (one.endsWith(MAKING) && cuidIn(one.slice(0, -MAKING.length)))
        await rm(dir, { recursive: true, force: true }).catch(() => {})
      else if (isRunFolder(one))
        await this.#load(home, dir).catch((error: unknown) => this.#noteDamage(home, dir, error))
    }
    this.forget(Array.from(home.deleted).filter((id) => /^[a-z0-9]{21}$/.test(id) && !this.#runs.has(id)))
  }

  async #load(home: ProjectFolder, dir: string): Promise<void> {
    const { workspace, name: project } = home.project
    const folder = await RunFolder.load(dir, { workspace, project, appender: this.#appender })
    const { cuid, slug } = folder.run
    // The server was killed between the word and the deed.
    if (home.deleted.has(cuid)) return folder.bury()
    const other = this.#runs.get(cuid) ?? home.runs.get(slug)
    if (other) throw sameRun(dir, other.dir)
    await forgetUploads(dir, this.#clock()).catch(() => {})
    this.#enter(home, folder)
  }

  async #noteDamage({ project }: ProjectFolder, dir: string, error: unknown): Promise<void> {
    const { cuid, slug } = await namesOf(dir)
    const ids = [cuid, slug].filter((id) => id !== undefined)
    const names = ids.map((id) => nameInProject(project.workspace, project.name, id))
    if (cuid !== undefined) names.push(nameOfRun(cuid))
    this.#damages.note(damageOf(error, dir, 'see to it and start the server again'), names)
  }

  /** Takes note of the runs in the folder of a project that was deleted. */
  async loadDeleted(dir: string): Promise<void> {
    const cuids = (await readdir(dir).catch(() => [])).flatMap((name) => FOLDER.exec(name)?.[1] ?? [])
    this.forget(cuids.filter((cuid) => !this.#runs.has(cuid)))
  }

  /** Removes parts of files that nobody completed. */
  async forgetParts(): Promise<void> {
    for (const { dir } of this.#runs.values()) await forgetParts(dir, this.#clock())
  }

  async close(): Promise<void> {
    await this.#appender.close()
    await Promise.all(Array.from(this.#runs.values(), (folder) => folder.close()))
  }

  #enter(home: ProjectFolder, folder: RunFolder): void {
    this.#runs.set(folder.run.cuid, folder)
    home.runs.set(folder.run.slug, folder)
  }

  /** A client's own id is taken for a cuid when it could be one, and nobody has or had it. */
  #isFree(id: string): boolean {
    return (
      /^[a-z0-9]{21}$/.test(id) && !this.#runs.has(id) && !this.#deleted.has(id) && !this.#damages.has(nameOfRun(id))
    )
  }
}

export const isRunFolder = (name: string): boolean => name.startsWith('run-') && !/\.(?:deleted|tmp)$/.test(name)

/** Two folders of one run: which of them has what clients were answered about, nobody here can tell. */
export function sameRun(dir: string, other: string): DamageError {
  const remedy = 'move one of the two out of the project and start the server again'
  return new DamageError({ path: dir, problem: `is the same run as ${other}, which is used`, remedy })
}
