import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SwanLabError } from '@swanlab/core/internal'
import { JOURNAL_FILE } from './records.ts'

/** The error for a path that was taken for a run folder: says what it is instead. */
export function noRunIn(path: string): SwanLabError {
  return new SwanLabError('INVALID_FILE', `There is no run in ${path}: ${whatItIs(path)}.`)
}

function whatItIs(path: string): string {
  const entry = statSync(path, { throwIfNoEntry: false })
  if (!entry) return 'there is no such folder'
  if (!entry.isDirectory()) return 'it is a file, not the folder of a run'
  const inside = runsIn(path)[0] ?? runsIn(join(path, 'swanlog'))[0]
  if (inside !== undefined) return `it is a folder of runs, such as ${inside}`
  return `it holds no ${JOURNAL_FILE}`
}

function runsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .map((name) => join(folder, name))
      .filter((dir) => existsSync(join(dir, JOURNAL_FILE)))
  } catch {
    // Not there, or not to be read.
    return []
  }
}
