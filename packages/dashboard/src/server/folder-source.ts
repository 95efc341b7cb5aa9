import { createHash } from 'node:crypto'
import { lstat, readdir, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { JOURNAL_FILE } from '@swanlab/journal'
import type { RunKey } from '../protocol/runs.ts'
import type { Listing, ListedRun, RunSource } from './run-source.ts'

const RUN = /^run-/
/** What of a folder's name goes into an address. */
const PLAIN = /[^0-9A-Za-z_-]+/g
const LONGEST_NAME = 80
/** Milliseconds for which a listing holds: everything that a page asks in one go sees the same runs. */
const FRESH = 250

interface NamedListing extends Listing {
  readonly byKey: ReadonlyMap<RunKey, ListedRun>
}

/** Runs in folders: each is a logdir, or a run folder. Links inside a logdir are not followed. */
export class FolderSource implements RunSource {
  readonly title: string
  readonly #folders: readonly string[]
  #listed: { readonly at: number; readonly listing: Promise<NamedListing> } | undefined
  /** Folders that held a journal when they were looked at: their names alone show that they are still there. */
  #runs: ReadonlySet<string> = new Set()

  /** @param folders - As somebody named them: they may be links themselves. */
  constructor(folders: readonly string[]) {
    this.#folders = folders
    this.title = folders.join(', ')
  }

  async find(_viewer: string, key: RunKey): Promise<ListedRun | undefined> {
    return (await this.list()).byKey.get(key)
  }

  list(): Promise<NamedListing> {
    const now = performance.now()
    if (!this.#listed || now - this.#listed.at > FRESH) this.#listed = { at: now, listing: this.#read() }
    return this.#listed.listing
  }

  async #read(): Promise<NamedListing> {
    const dirs = new Set<string>()
    const problems: { folder: string; reason: string }[] = []
    for (const folder of this.#folders) {
      try {
        for (const dir of await runsIn(await realpath(folder), this.#runs)) dirs.add(dir)
      } catch (error) {
        problems.push({ folder, reason: reasonOf(error) })
      }
    }
    this.#runs = dirs
    const runs = named([...dirs])
    return { runs, byKey: new Map(runs.map((run) => [run.key, run])), problems }
  }
}

/** @throws the file system's own error when the folder cannot be read. */
async function runsIn(folder: string, known: ReadonlySet<string>): Promise<string[]> {
  if (await mayBeRun(folder)) return [folder]
  const entries = await readdir(folder, { withFileTypes: true })
  const dirs = entries
    .filter((entry) => entry.isDirectory() && RUN.test(entry.name))
    .map(({ name }) => join(folder, name))
    .toSorted()
  const are = await Promise.all(dirs.map(async (dir) => known.has(dir) || (await mayBeRun(dir))))
  return dirs.filter((_, at) => are[at])
}

/** A folder that may not be looked into is listed as well: as one that cannot be read. */
async function mayBeRun(dir: string): Promise<boolean> {
  try {
    return (await lstat(join(dir, JOURNAL_FILE))).isFile()
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' && RUN.test(baseOf(dir))
  }
}

/** Each has the name of its folder; where that is taken, something of the path is added. */
function named(dirs: readonly string[]): ListedRun[] {
  const taken = new Set<string>()
  return dirs.map((dir) => {
    const name = baseOf(dir).replaceAll(PLAIN, '_').slice(0, LONGEST_NAME)
    const key = taken.has(name) ? `${name}.${createHash('sha256').update(dir).digest('hex').slice(0, 8)}` : name
    taken.add(name)
    return { key, dir }
  })
}

function baseOf(dir: string): string {
  return dir.slice(dir.lastIndexOf(sep) + 1)
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'there is no such folder'
  if (code === 'EACCES') return 'it may not be read'
  if (code === 'ENOTDIR') return 'it is a file, not a folder'
  if (code === 'ELOOP') return 'it is a link that leads to itself'
  return message
}
