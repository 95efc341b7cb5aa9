import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { newCuid } from '../../ids.ts'
import type { SeriesDefinition, StoredProject } from '../interfaces.ts'
import { damageOf, DamageError, type Damage } from './damage.ts'
import { isMissing, readJson } from './json-file.ts'
import { folderOf, nameIn } from './paths.ts'

export const PROJECT_FILE = 'project.json'
const FILE_REMEDY =
  'mend it or restore it from a backup, or remove it to have the project made anew, private and with another id; then start the server again'
const FOLDER_REMEDY = 'make it readable and start the server again'

export interface ProjectFile {
  project: StoredProject
  series: SeriesDefinition[]
  /** Slugs and cuids of runs that are gone, which clients must be told. */
  deleted: string[]
}

const shape = z.object({
  project: z.object({
    cuid: z.string(),
    workspace: z.string(),
    name: z.string(),
    visibility: z.enum(['PUBLIC', 'PRIVATE']),
    description: z.string(),
    createdAt: z.number(),
    updatedAt: z.number(),
  }),
  series: z.array(
    z.object({
      key: z.string(),
      type: z.string(),
      sectionName: z.string().optional(),
      xAxis: z.string().optional(),
      hidden: z.boolean().optional(),
    }),
  ),
  deleted: z.array(z.string()),
})

export type FoundProject =
  /** `lost`: the file was not there, and has been made up. */
  | { readonly dir: string; readonly file: ProjectFile; readonly lost: boolean }
  /** It was deleted, and lies in a folder of another name than its own. */
  | { readonly dir: string; readonly deleted: true }
  /** Without `name` all projects of the workspace are damaged. */
  | { readonly dir: string; readonly damage: Damage; readonly workspace: string; readonly name: string | undefined }

/** @param root - The folder of all projects. */
export async function* findProjects(root: string): AsyncGenerator<FoundProject, void> {
  for (const workspace of await foldersIn(root)) {
    const home = join(root, workspace)
    const names = await foldersIn(home).catch((error: unknown) => damageOf(error, home, FOLDER_REMEDY))
    if (!Array.isArray(names)) {
      yield { dir: home, damage: names, workspace: nameIn(workspace), name: undefined }
      continue
    }
    for (const name of names) {
      const found = await findProject(root, workspace, name)
      if (found) yield found
    }
  }
}

export function projectDir(root: string, { workspace, name }: Pick<StoredProject, 'workspace' | 'name'>): string {
  return join(root, folderOf(workspace), folderOf(name))
}

async function findProject(root: string, workspace: string, name: string): Promise<FoundProject | undefined> {
  const dir = join(root, workspace, name)
  try {
    // A link that leads nowhere is a disk that is not there.
    if (!(await stat(dir)).isDirectory()) return undefined
    const runs = (await readdir(dir)).filter((one) => /^run-\d{8}_\d{6}-[a-z0-9]+$/.test(one))
    const file = await readProject(dir)
    if (file) return dir === projectDir(root, file.project) ? { dir, file, lost: false } : { dir, deleted: true }
    // Without a run in it, it was never one.
    if (runs.length === 0 || /\.\d+\.deleted$/.test(name)) return undefined
    return { dir, file: await madeUp(dir, nameIn(workspace), nameIn(name)), lost: true }
  } catch (error) {
    return {
      dir,
      damage: damageOf(error, dir, FOLDER_REMEDY),
      workspace: nameIn(workspace),
      name: nameIn(name),
    }
  }
}

async function readProject(dir: string): Promise<ProjectFile | undefined> {
  const path = join(dir, PROJECT_FILE)
  const file = await readJson<ProjectFile>(path, FILE_REMEDY)
  if (file === undefined || shape.safeParse(file).success) return file
  throw new DamageError({ path, problem: 'does not describe a project', remedy: FILE_REMEDY })
}

/** A project whose file is lost is its owner's alone. */
async function madeUp(dir: string, workspace: string, name: string): Promise<ProjectFile> {
  const time = Math.trunc((await stat(dir)).mtimeMs)
  const known = { cuid: newCuid(), workspace, name, createdAt: time, updatedAt: time }
  return { project: { ...known, visibility: 'PRIVATE', description: '' }, series: [], deleted: [] }
}

/** Also such as are links: a project may lie on another disk. @throws the file system's own error. */
async function foldersIn(dir: string): Promise<string[]> {
  try {
    const entries = await readdir(dir, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => name)
  } catch (error) {
    // A link to something else.
    if (isMissing(error)) return []
    throw error
  }
}
