import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { JOURNAL_FILE } from '@swanlab/journal'

/** Where runs are, seen from a folder that somebody may name: a logdir, where programs ran, the data of a server. */
const LAYOUTS: readonly (readonly string[])[] = [[], ['*'], ['projects', '*', '*']]

/** The run folders that `folder` stands for: itself, those in it, or those in a folder that has its runs deeper. */
export function findRuns(folder: string): string[] {
  if (holdsRun(folder)) return [folder]
  for (const layout of LAYOUTS) {
    const runs = layout.reduce(step, [folder]).flatMap(runsDirectlyIn)
    if (runs.length > 0) return runs
  }
  return []
}

function runsDirectlyIn(folder: string): string[] {
  return entriesOf(folder)
    .filter((name) => name.startsWith('run-'))
    .map((name) => join(folder, name))
    .filter(holdsRun)
}

const step = (folders: readonly string[], name: string): string[] =>
  folders.flatMap((folder) => (name === '*' ? entriesOf(folder) : [name]).map((entry) => join(folder, entry)))

const holdsRun = (folder: string): boolean => existsSync(join(folder, JOURNAL_FILE))

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // A file, gone, or not to be read.
    return []
  }
}
