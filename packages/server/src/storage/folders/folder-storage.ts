import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { folderName } from '@swanlab/core/folder'
import { disabled, later, notFound } from '../../errors.ts'
import type {
  ColumnDefinition,
  LogLine,
  MediaPoint,
  NewRun,
  Profile,
  ScalarPoint,
  SeriesDefinition,
  Storage,
  StoredProject,
  StoredRun,
  StoredState,
  User,
  Visibility,
} from '../interfaces.ts'
import { Accounts } from './accounts.ts'
import { Appender } from './appender.ts'
import { forgetUploads, get, joinParts, put, putPart } from './files.ts'
import { readJson, Saver, writeJson } from './json-file.ts'
import { newCuid } from '../../ids.ts'
import { folderOf } from './paths.ts'
import { RunFolder } from './run-folder.ts'

interface ProjectFile {
  project: StoredProject
  series: SeriesDefinition[]
  /** Slugs and cuids of runs that are gone, which clients must be told. */
  deleted: string[]
}

interface Project {
  readonly dir: string
  readonly file: { project: StoredProject; series: Map<string, SeriesDefinition>; deleted: Set<string> }
  readonly saver: Saver
  readonly runs: Map<string, RunFolder>
}

const PROJECT_FILE = 'project.json'
const SECRET_FILE = 'secret'

/** Everything in one folder: a run is the journal and the files that local mode would write. */
export class FolderStorage implements Storage {
  readonly #root: string
  readonly #clock: () => number
  readonly #accounts: Accounts
  readonly #appender = new Appender()
  readonly #projects = new Map<string, Project>()
  readonly #runs = new Map<string, RunFolder>()
  /** Cuids of runs that were deleted. */
  readonly #deleted = new Set<string>()
  /** Runs that are being made, by project and slug: processes of one training ask for theirs at the same time. */
  readonly #beingMade = new Map<string, Promise<unknown>>()
  readonly secret: Buffer

  private constructor(root: string, clock: () => number, accounts: Accounts, secret: Buffer) {
    this.#root = root
    this.#clock = clock
    this.#accounts = accounts
    this.secret = secret
  }

  /** @throws the file system's own error. */
  static async open(root: string, clock: () => number = Date.now): Promise<FolderStorage> {
    await mkdir(join(root, 'projects'), { recursive: true })
    const storage = new FolderStorage(root, clock, await Accounts.open(root, clock), await secretIn(root))
    await storage.#loadAll()
    return storage
  }

  users = (): readonly User[] => this.#accounts.users()
  createUser = (name: string): Promise<User> => this.#accounts.createUser(name)
  createKey = (user: string): Promise<string> => this.#accounts.createKey(user)
  userOfKey = (key: string): string | undefined => this.#accounts.userOfKey(key)
  openSession = (user: string): Promise<{ sid: string; expires: number }> => this.#accounts.openSession(user)
  userOfSession = (sid: string): string | undefined => this.#accounts.userOfSession(sid)

  project(workspace: string, name: string): StoredProject | undefined {
    return this.#projects.get(`${workspace}/${name}`)?.file.project
  }

  projects(workspace: string): readonly StoredProject[] {
    return Array.from(this.#projects.values(), ({ file }) => file.project).filter((one) => one.workspace === workspace)
  }

  async createProject(workspace: string, name: string, visibility: Visibility): Promise<StoredProject> {
    const known = this.project(workspace, name)
    if (known) return known
    const now = this.#clock()
    const project = { cuid: newCuid(), workspace, name, visibility, description: '', createdAt: now, updatedAt: now }
    const dir = join(this.#root, 'projects', folderOf(workspace), folderOf(name))
    const entry = this.#enter(dir, { project, series: [], deleted: [] })
    await mkdir(dir, { recursive: true })
    await entry.saver.save()
    return project
  }

  async deleteProject(project: StoredProject): Promise<void> {
    const entry = this.#entry(project)
    for (const { run } of entry.runs.values()) {
      this.#runs.delete(run.cuid)
      this.#deleted.add(run.cuid)
    }
    this.#projects.delete(`${project.workspace}/${project.name}`)
    await rename(entry.dir, `${entry.dir}.${this.#clock()}.deleted`)
  }

  series(project: StoredProject): ReadonlyMap<string, SeriesDefinition> {
    return this.#entry(project).file.series
  }

  async defineSeries(project: StoredProject, definitions: readonly SeriesDefinition[]): Promise<void> {
    const { file, saver } = this.#entry(project)
    const fresh = definitions.filter(({ key }) => !file.series.has(key))
    for (const definition of fresh) file.series.set(definition.key, definition)
    if (fresh.length > 0) await saver.save()
  }

  runs(project: StoredProject): readonly StoredRun[] {
    return Array.from(this.#entry(project).runs.values(), ({ run }) => run)
  }

  run(project: StoredProject, id: string): StoredRun | undefined {
    const { runs } = this.#entry(project)
    const bySlug = runs.get(id)
    if (bySlug) return bySlug.run
    const byCuid = this.#runs.get(id)?.run
    return byCuid && runs.get(byCuid.slug)?.run === byCuid ? byCuid : undefined
  }

  wasDeleted(cuid: string): boolean {
    return this.#deleted.has(cuid)
  }

  hasDeleted(project: StoredProject, id: string): boolean {
    return this.#entry(project).file.deleted.has(id)
  }

  runByCuid(cuid: string): StoredRun | undefined {
    return this.#runs.get(cuid)?.run
  }

  async createRun(project: StoredProject, order: NewRun): Promise<{ run: StoredRun; created: boolean }> {
    if (order.id === undefined) return this.#createRun(project, order)
    const name = `${project.cuid}/${order.id}`
    const made = (this.#beingMade.get(name) ?? Promise.resolve())
      .catch(() => {})
      .then(() => this.#createRun(project, order))
    this.#beingMade.set(name, made)
    try {
      return await made
    } finally {
      if (this.#beingMade.get(name) === made) this.#beingMade.delete(name)
    }
  }

  async #createRun(project: StoredProject, order: NewRun): Promise<{ run: StoredRun; created: boolean }> {
    const entry = this.#entry(project)
    const now = this.#clock()
    const visible = project.visibility === 'PUBLIC'
    const flagId = newCuid()
    const known = order.id === undefined ? undefined : this.run(project, order.id)
    if (known) {
      const repeated = known.empty && order.requestedAt !== undefined && known.requestedAt === order.requestedAt
      const folder = this.#folder(known.cuid)
      await folder.resume(flagId, now, visible)
      return { run: folder.run, created: repeated }
    }
    if (order.id !== undefined && entry.file.deleted.has(order.id)) throw disabled()
    const wanted = order.id !== undefined && /^[a-z0-9]{21}$/.test(order.id) && !this.#runs.has(order.id)
    const cuid = wanted ? order.id : newCuid()
    const run: StoredRun = {
      cuid,
      slug: order.id ?? cuid,
      workspace: project.workspace,
      project: project.name,
      name: order.name,
      description: order.description,
      colors: order.colors,
      labels: order.labels,
      job: order.job,
      cluster: order.cluster,
      createdAt: now,
      requestedAt: order.requestedAt,
      finishedAt: undefined,
      heartbeatAt: undefined,
      state: 'RUNNING',
      flagId,
      empty: true,
      profile: {},
    }
    const dir = join(entry.dir, folderName(cuid, now))
    const folder = await RunFolder.create(dir, run, visible, this.#appender)
    this.#runs.set(cuid, folder)
    entry.runs.set(run.slug, folder)
    return { run, created: true }
  }

  updateProfile(cuid: string, profile: Profile): Promise<void> {
    return this.#folder(cuid).updateProfile(profile, this.#clock())
  }

  endRun(cuid: string, state: Exclude<StoredState, 'RUNNING'>, finishedAt: number): Promise<void> {
    return this.#folder(cuid).end(state, finishedAt)
  }

  beat(cuid: string): void {
    this.#folder(cuid).change({ heartbeatAt: this.#clock() })
  }

  async deleteRun(cuid: string): Promise<void> {
    const folder = this.#folder(cuid)
    const { workspace, project, slug } = folder.run
    const entry = this.#projects.get(`${workspace}/${project}`)!
    entry.runs.delete(slug)
    this.#runs.delete(cuid)
    entry.file.deleted.add(slug).add(cuid)
    this.#deleted.add(cuid)
    await entry.saver.save()
    await folder.bury()
  }

  async appendScalars(cuid: string, points: readonly ScalarPoint[]): Promise<void> {
    await guarded(this.#folder(cuid).appendScalars(points, this.#definedIn(cuid)))
  }

  async appendMedia(cuid: string, points: readonly MediaPoint[]): Promise<void> {
    await guarded(this.#folder(cuid).appendMedia(points, this.#definedIn(cuid)))
  }

  async appendLines(cuid: string, lines: readonly LogLine[]): Promise<void> {
    await guarded(this.#folder(cuid).appendLines(lines))
  }

  async defineColumns(cuid: string, columns: readonly Omit<ColumnDefinition, 'createdAt'>[]): Promise<void> {
    await guarded(this.#folder(cuid).defineColumns(columns, this.#clock()))
  }

  columns(cuid: string): readonly ColumnDefinition[] {
    return this.#folder(cuid).columns
  }

  lastSteps(cuid: string): { scalar: ReadonlyMap<string, number>; media: ReadonlyMap<string, number>; line: number } {
    return this.#folder(cuid).lastSteps
  }

  async scalars(cuid: string, keys: ReadonlySet<string> | undefined): Promise<Map<string, ScalarPoint[]>> {
    const byKey = new Map<string, Map<number, ScalarPoint>>()
    await this.#folder(cuid).read(['log'], (record) => {
      if (record.type !== 'log') return
      for (const [key, data] of Object.entries(record.data)) {
        if (keys && !keys.has(key)) continue
        let points = byKey.get(key)
        if (!points) byKey.set(key, (points = new Map()))
        points.set(record.step, { key, index: record.step, data, time: record.time })
      }
    })
    return sorted(byKey)
  }

  async media(cuid: string, keys: ReadonlySet<string>): Promise<Map<string, MediaPoint[]>> {
    const byKey = new Map<string, Map<number, MediaPoint>>()
    await this.#folder(cuid).read(['media'], (record) => {
      if (record.type !== 'media' || !keys.has(record.key)) return
      const { key, step: index, data, more, time } = record
      let points = byKey.get(key)
      if (!points) byKey.set(key, (points = new Map()))
      points.set(index, { key, index, data, more, time })
    })
    return sorted(byKey)
  }

  async lines(cuid: string): Promise<LogLine[]> {
    const lines = new Map<number, LogLine>()
    await this.#folder(cuid).read(['console'], (record) => {
      if (record.type !== 'console') return
      const level = record.level === 'error' ? 'ERROR' : record.level === 'warn' ? 'WARN' : 'INFO'
      lines.set(record.line, { epoch: record.line, level, message: record.text, time: record.time })
    })
    return [...lines.values()].toSorted((a, b) => a.epoch - b.epoch)
  }

  put = (cuid: string, path: string, content: Readable): Promise<string | undefined> =>
    guarded(put(this.#folder(cuid).dir, path, content))
  get = (cuid: string, path: string): Promise<Readable | undefined> => get(this.#folder(cuid).dir, path)
  putPart = (cuid: string, uploadId: string, part: number, content: Readable): Promise<string> =>
    guarded(putPart(this.#folder(cuid).dir, uploadId, part, content))
  joinParts = (cuid: string, uploadId: string, path: string, parts: readonly number[]): Promise<boolean> =>
    guarded(joinParts(this.#folder(cuid).dir, uploadId, path, parts))

  async close(): Promise<void> {
    await this.#appender.close()
    await Promise.all(Array.from(this.#runs.values(), (folder) => folder.close()))
  }

  #definedIn(cuid: string): (key: string) => SeriesDefinition | undefined {
    const { workspace, project } = this.#folder(cuid).run
    const series = this.#projects.get(`${workspace}/${project}`)?.file.series
    return (key) => series?.get(key)
  }

  #folder(cuid: string): RunFolder {
    const folder = this.#runs.get(cuid)
    if (!folder) throw notFound('run')
    return folder
  }

  #entry({ workspace, name }: StoredProject): Project {
    const entry = this.#projects.get(`${workspace}/${name}`)
    if (!entry) throw notFound('project')
    return entry
  }

  #enter(dir: string, { project, series, deleted }: ProjectFile): Project {
    const file = { project, series: new Map(series.map((one) => [one.key, one])), deleted: new Set(deleted) }
    const saver = new Saver(() =>
      writeJson(join(dir, PROJECT_FILE), { project, series: [...file.series.values()], deleted: [...file.deleted] }),
    )
    const entry: Project = { dir, file, saver, runs: new Map() }
    this.#projects.set(`${project.workspace}/${project.name}`, entry)
    return entry
  }

  async #loadAll(): Promise<void> {
    const root = join(this.#root, 'projects')
    for (const workspace of await readdir(root)) {
      for (const name of await readdir(join(root, workspace))) {
        const dir = join(root, workspace, name)
        const file = name.endsWith('.deleted') ? undefined : await readJson<ProjectFile>(join(dir, PROJECT_FILE))
        if (!file) continue
        const entry = this.#enter(dir, file)
        for (const id of file.deleted) this.#deleted.add(id)
        const { workspace: owner, name: project } = file.project
        for (const one of await readdir(dir)) {
          if (!one.startsWith('run-') || one.endsWith('.deleted')) continue
          const home = { workspace: owner, project, appender: this.#appender }
          const folder = await RunFolder.load(join(dir, one), home)
          if (!folder) continue
          await forgetUploads(folder.dir, this.#clock())
          entry.runs.set(folder.run.slug, folder)
          this.#runs.set(folder.run.cuid, folder)
        }
      }
    }
  }
}

/** Whatever the disk has against it: the client is to keep its data and come back. */
async function guarded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error)
      throw later(`the disk refuses (${error.code})`)
    throw error
  }
}

function sorted<T extends { index: number }>(byKey: ReadonlyMap<string, ReadonlyMap<number, T>>): Map<string, T[]> {
  return new Map(
    Array.from(byKey, ([key, points]) => [key, [...points.values()].toSorted((a, b) => a.index - b.index)] as const),
  )
}

async function secretIn(root: string): Promise<Buffer> {
  const path = join(root, SECRET_FILE)
  try {
    return await readFile(path)
  } catch {
    const secret = randomBytes(32)
    await writeFile(path, secret, { mode: 0o600 })
    return secret
  }
}
