import { readdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder } from '@swanlab/journal'
import { notFound } from '../../errors.ts'
import { newCuid } from '../../ids.ts'
import type { SeriesDefinition, StoredProject, Visibility } from '../interfaces.ts'
import { ANY_RUN, nameOfProject, nameOfRun, type Damages } from './damage.ts'
import { makeFolder, removeLeftovers, Saver, writeJson } from './json-file.ts'
import { findProjects, PROJECT_FILE, projectDir, type FoundProject, type ProjectFile } from './project-files.ts'
import { cuidIn, type RunFolder } from './run-folder.ts'
import { KeyedMutex } from './keyed-mutex.ts'

/** The folder of all projects. */
export const PROJECTS = 'projects'

/** A project, and what of it is in memory. */
export interface ProjectFolder {
  readonly dir: string
  project: StoredProject
  readonly series: Map<string, SeriesDefinition>
  readonly deleted: Set<string>
  /** By slug. */
  readonly runs: Map<string, RunFolder>
  readonly saver: Saver
  /** Something has not been saved. */
  unsaved: boolean
  /** Is being removed, or has been. */
  removed: boolean
}

/** The projects of everybody, each in a folder. */
export class Projects {
  readonly #root: string
  readonly #damages: Damages
  readonly #report: (message: string) => void
  readonly #folders = new Map<string, ProjectFolder>()
  readonly #mutex = new KeyedMutex()

  constructor(root: string, damages: Damages, report: (message: string) => void) {
    this.#root = join(root, PROJECTS)
    this.#damages = damages
    this.#report = report
  }

  /** @throws ApiError 507 when it is damaged. */
  find(workspace: string, name: string): ProjectFolder | undefined {
    const folder = this.#folders.get(nameOf({ workspace, name }))
    if (!folder) this.#damages.refuse(nameOfProject(workspace, name), nameOfProject(workspace))
    return folder
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
    return this.#mutex.run(nameOf({ workspace, name }), async () => {
      const known = this.find(workspace, name)
      if (known) return known.project
      const project = { cuid: newCuid(), workspace, name, visibility, description: '', createdAt: now, updatedAt: now }
      const folder = folderFor(projectDir(this.#root, project), { project, series: [], deleted: [] })
      await makeFolder(folder.dir)
      await folder.saver.save()
      await syncFolder(dirname(folder.dir))
      await syncFolder(this.#root)
      this.#folders.set(nameOf(project), folder)
      return project
    })
  }

  /** Forgets a project, but keeps what it held out of reach under another name. */
  async remove(project: StoredProject, now: number): Promise<void> {
    const folder = this.get(project)
    const { dir } = folder
    folder.removed = true
    try {
      await rename(dir, `${dir}.${now}.deleted`)
    } catch (error) {
      folder.removed = false
      throw error
    }
    await syncFolder(dirname(dir))
    this.#folders.delete(nameOf(project))
  }

  async setVisibility(project: StoredProject, visibility: Visibility, now: number): Promise<StoredProject> {
    const folder = this.get(project)
    const before = folder.project
    folder.project = { ...before, visibility, updatedAt: now }
    folder.unsaved = true
    try {
      await this.save(folder)
    } catch (error) {
      // Whoever is told that it failed must not find it changed.
      folder.project = before
      throw error
    }
    return folder.project
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
    await makeFolder(this.#root)
    const deleted: string[] = []
    for await (const found of findProjects(this.#root)) {
      if ('deleted' in found) deleted.push(found.dir)
      else if ('damage' in found) await this.#noteDamage(found)
      else await this.#load(found)
    }
    return { projects: [...this.#folders.values()], deleted }
  }

  async #load({ dir, file, lost }: Extract<FoundProject, { file: unknown }>): Promise<void> {
    const folder = folderFor(dir, file)
    // A full or read-only disk keeps its leftovers, and a lost file stays lost: the project is there all the same.
    await removeLeftovers(dir).catch(() => {})
    if (lost) {
      this.#report(`${join(dir, PROJECT_FILE)} is gone; the project is made anew, private and with another id`)
      await folder.saver.save().catch(() => {})
    }
    this.#folders.set(nameOf(folder.project), folder)
  }

  async #noteDamage({ dir, damage, workspace, name }: Extract<FoundProject, { damage: unknown }>): Promise<void> {
    const runs = await readdir(dir).catch(() => undefined)
    const cuids = runs?.map((run) => cuidIn(run)).filter((cuid) => cuid !== undefined)
    const known = name === undefined || cuids === undefined ? [ANY_RUN] : cuids.map(nameOfRun)
    this.#damages.note(damage, [nameOfProject(workspace, name), ...known])
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
    removed: false,
    saver: new Saver(async () => {
      folder.unsaved = false
      try {
        await writeJson(join(dir, PROJECT_FILE), {
          project: folder.project,
          series: [...folder.series.values()],
          deleted: [...folder.deleted],
        })
      } catch (error) {
        folder.unsaved = true
        // Changes to a project that is being removed are dropped with it.
        if (!folder.removed) throw error
      }
    }),
  }
  return folder
}
