import { chmod, lstat, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { keepOutOfGit } from '@swanlab/journal'
import { isMissing } from './json-file.ts'
import { findProjects } from './project-files.ts'
import { PROJECTS } from './projects.ts'

const OTHERS = 0o077
/** What a server puts into its folder. */
const OWN = /^(?:projects|secret|users\.json|sessions\.json|\.gitignore)$|\.lock|\.tmp$/

/** Keeps the folder of a server out of version control; a folder that somebody uses for more is theirs to keep. */
export async function ignoreFolder(root: string): Promise<void> {
  if ((await entriesOf(root)).every(({ name }) => OWN.test(name))) keepOutOfGit(root)
}

/**
 * Takes from everybody but its owner what they may do in the data folder of an older server. What is in a run's folder is
 * looked at only when others can enter that.
 *
 * @returns what could not be changed.
 */
export async function makePrivate(root: string): Promise<string[]> {
  // Windows has rights of another kind, which a folder inherits.
  if (process.platform === 'win32') return []
  const failed: string[] = []
  const tighten = async (path: string): Promise<void> => {
    await tightenOne(path).catch((error: unknown) => isMissing(error) || failed.push(path))
  }
  const tree = async (path: string): Promise<void> => {
    // Deepest first: a folder that is closed has nothing open in it.
    for (const entry of await entriesOf(path)) {
      const inner = join(path, entry.name)
      await (entry.isDirectory() ? tree(inner) : entry.isFile() ? tighten(inner) : undefined)
    }
    await tighten(path)
  }
  const folder = async (path: string): Promise<void> => {
    await tighten(path)
    for (const entry of await entriesOf(path)) if (entry.isFile()) await tighten(join(path, entry.name))
  }
  const projects = join(root, PROJECTS)
  const inRoot = await entriesOf(root)
  for (const { name } of inRoot) if (OWN.test(name)) await tighten(join(root, name))
  // The folder itself may be one that somebody uses for more than this.
  if (inRoot.every(({ name }) => OWN.test(name))) await tighten(root)
  for (const entry of await entriesOf(projects)) if (entry.isDirectory()) await tighten(join(projects, entry.name))
  for await (const { dir } of findProjects(projects)) {
    await folder(dir)
    for (const { name } of await entriesOf(dir)) {
      const run = join(dir, name)
      if (name.startsWith('run-') && (await isOpen(run))) await tree(run)
    }
  }
  return failed
}

async function tightenOne(path: string): Promise<void> {
  const { mode } = await stat(path)
  if (mode & OTHERS) await chmod(path, mode & 0o700)
}

async function isOpen(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined)
  return found?.isDirectory() === true && (found.mode & OTHERS) !== 0
}

const entriesOf = (path: string) => readdir(path, { withFileTypes: true }).catch(() => [])
