import { mkdir, readdir, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { notFound } from '../../errors.ts'
import { newCuid } from '../../ids.ts'
import type { SeriesDefinition, StoredProject, Visibility } from '../interfaces.ts'
import { readJson, removeLeftovers, Saver, syncFolder, writeJson } from './json-file.ts'
import { folderOf, nameIn } from './paths.ts'
import type { RunFolder } from './run-folder.ts'
import { Turns } from './turns.ts'

const FILE = 'project.json'

interface ProjectFile {
  project: StoredProject
  series: SeriesDefinition[]
  /** Slugs and cuids of runs that are gone, which clients must be told. */
  deleted: string[]
}

/** A project, and what of it is in memory. */
export interface ProjectFolder {
  readonly dir: string
  readonly project: StoredProject
  readonly series: Map<string, SeriesDefinition>
  readonly deleted: Set<string>
  /** By slug. */
  readonly runs: Map<string, RunFolder>
  readonly saver: Saver
  /** Something has not been saved. */
  unsaved: boolean
}

/** The projects of everybody, each in a folder. */
export class Projects {
  readonly #root: string
  readonly #folders = new Map<string, ProjectFolder>()
  readonly #turns = new Turns()

  constructor(root: string) {
    this.#root = join(root, 'projects')
  }

  find(workspace: string, name: string): ProjectFolder | undefined {
    return this.#folders.get(nameOf({ workspace, name }))
  }

  /** @throws ApiError 404 */
  get({ workspace, name }: StoredProject): ProjectFolder {
    const folder = this.find(workspace, name)
    if (!folder) throw notFound('project')
    return folder
  }

  of(workspace: string): readonly StoredProject[] {
    return Array.from(this.#folders.values(), ({ project }) => project).filter((one) => one.workspace === workspace)
  }

  create(workspace: string, name: string, visibility: Visibility, now: number): Promise<StoredProject> {
    return this.#turns.take(nameOf({ workspace, name }), async () => {
      const known = this.find(workspace, name)
      if (known) return known.project
      const project = { cuid: newCuid(), workspace, name, visibility, description: '', createdAt: now, updatedAt: now }
      const folder = folderFor(this.#dirOf(project), { project, series: [], deleted: [] })
      await mkdir(folder.dir, { recursive: true })
      await folder.saver.save()
      await syncFolder(dirname(folder.dir))
      await syncFolder(this.#root)
      this.#folders.set(nameOf(project), folder)
      return project
    })
  }

  /** Forgets a project, but keeps what it held out of reach under another name. */
  async remove(project: StoredProject, now: number): Promise<void> {
    const { dir } = this.get(project)
    await rename(dir, `${dir}.${now}.deleted`)
    await syncFolder(dirname(dir))
    this.#folders.delete(nameOf(project))
  }

  async defineSeries(project: StoredProject, definitions: readonly SeriesDefinition[]): Promise<void> {
    const folder = this.get(project)
    for (const definition of definitions) {
      if (folder.series.has(definition.key)) continue
      folder.series.set(definition.key, definition)
      folder.unsaved = true
    }
    await this.save(folder)
  }

  /** Also when somebody else is about to: whoever is answered is to find it on the disk. */
  async save(folder: ProjectFolder): Promise<void> {
    await (folder.unsaved ? folder.saver.save() : folder.saver.settle())
  }

  /** @returns the projects that there are, and the folders of those that were deleted. */
  async load(): Promise<{ projects: readonly ProjectFolder[]; deleted: readonly string[] }> {
    await mkdir(this.#root, { recursive: true })
    const deleted: string[] = []
    for (const workspace of await foldersIn(this.#root))
      for (const name of await foldersIn(join(this.#root, workspace))) {
        const dir = join(this.#root, workspace, name)
        const file = await readJson<ProjectFile>(join(dir, FILE))
        const known = file ?? (await lostFile(dir, workspace, name))
        if (!known) continue
        const folder = folderFor(dir, known)
        // A project that was deleted is in a folder of another name than its own.
        if (dir !== this.#dirOf(folder.project)) {
          deleted.push(dir)
          continue
        }
        await removeLeftovers(dir)
        if (!file) await folder.saver.save()
        this.#folders.set(nameOf(folder.project), folder)
      }
    return { projects: [...this.#folders.values()], deleted }
  }

  #dirOf({ workspace, name }: Pick<StoredProject, 'workspace' | 'name'>): string {
    return join(this.#root, folderOf(workspace), folderOf(name))
  }
}

const nameOf = ({ workspace, name }: Pick<StoredProject, 'workspace' | 'name'>): string => `${workspace}/${name}`

function folderFor(dir: string, { project, series, deleted }: ProjectFile): ProjectFolder {
  const folder: ProjectFolder = {
    dir,
    project,
    series: new Map(series.map((one) => [one.key, one])),
    deleted: new Set(deleted),
    runs: new Map(),
    unsaved: false,
    saver: new Saver(async () => {
      folder.unsaved = false
      try {
        await writeJson(join(dir, FILE), { project, series: [...folder.series.values()], deleted: [...folder.deleted] })
      } catch (error) {
        folder.unsaved = true
        throw error
      }
    }),
  }
  return folder
}

/** Also such as are links: a project may lie on another disk. */
async function foldersIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    // A link to something else.
    if (error.code === 'ENOTDIR' || error.code === 'ENOENT') return []
    throw error
  })
  return entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => name)
}

/** A project whose file is lost is its owner's alone. Without a run in it, it was never one. */
async function lostFile(dir: string, workspace: string, folder: string): Promise<ProjectFile | undefined> {
  const runs = (await foldersIn(dir)).filter((name) => /^run-\d{8}_\d{6}-[a-z0-9]+$/.test(name))
  if (runs.length === 0 || /\.\d+\.deleted$/.test(folder)) return undefined
  const time = Math.trunc((await stat(dir)).mtimeMs)
  const known = {
    cuid: newCuid(),
    workspace: nameIn(workspace),
    name: nameIn(folder),
    createdAt: time,
    updatedAt: time,
  }
  return { project: { ...known, visibility: 'PRIVATE', description: '' }, series: [], deleted: [] }
}
