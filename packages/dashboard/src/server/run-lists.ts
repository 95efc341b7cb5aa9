import { createHash } from 'node:crypto'
import type { ChangedRow } from '../protocol/events.ts'
import type { RunKey, RunRow } from '../protocol/runs.ts'
import type { Reader } from '../reading/reader.ts'
import type { Listing, RunSource } from './run-source.ts'

/** Versions of lists that are known, so that whoever comes back gets what has changed since. */
const MOST_VERSIONS = 64

/** By key: what of a row a page knows. */
type Known = ReadonlyMap<RunKey, { readonly row: string; readonly config: string }>

/** What a viewer sees at one moment. */
export interface SeenList {
  readonly version: string
  readonly rows: readonly RunRow[]
  /** Folder of each run. */
  readonly dirs: ReadonlyMap<RunKey, string>
  readonly problems: Listing['problems']
}

export interface ListChanges {
  readonly rows: readonly ChangedRow[]
  readonly gone: readonly RunKey[]
  /** True: what was known before shows nowhere here, and these are all that there are. */
  readonly all: boolean
}

export interface RunListOptions {
  readonly source: RunSource
  readonly reader: Reader
  /** Whether the viewer may know where runs lie on this machine. */
  readonly showsFolders: boolean
}

/** The lists of runs as viewers see them; a version of one says what it holds. */
export class RunLists {
  readonly #options: RunListOptions
  readonly #looking = new Map<string, Promise<SeenList>>()
  /** By version, the one that was used last at the end. */
  readonly #versions = new Map<string, Known>()

  constructor(options: RunListOptions) {
    this.#options = options
  }

  /** The list as it is now. Those who ask at the same time share one look. @throws ReadError */
  look(viewer: string): Promise<SeenList> {
    let looking = this.#looking.get(viewer)
    if (!looking) {
      looking = this.#look(viewer).finally(() => this.#looking.delete(viewer))
      this.#looking.set(viewer, looking)
    }
    return looking
  }

  /** What a page that knows the list in one version lacks of it. Undefined: nothing. */
  changes({ version, rows }: SeenList, before: string): ListChanges | undefined {
    if (version === before) return undefined
    const known = this.#versions.get(before)
    if (!known) return { rows, gone: [], all: true }
    const now = this.#versions.get(version)!
    const changed = rows.flatMap((row): ChangedRow[] => {
      const [is, was] = [now.get(row.key)!, known.get(row.key)]
      if (was?.config !== is.config) return [row]
      const { config: _config, ...rest } = row
      return was.row === is.row ? [] : [rest]
    })
    return { rows: changed, gone: [...known.keys()].filter((key) => !now.has(key)), all: false }
  }

  async #look(viewer: string): Promise<SeenList> {
    const { source, reader, showsFolders } = this.#options
    const { runs, problems } = await source.list(viewer)
    const read = await reader.ask('rows', { dirs: runs.map(({ dir }) => dir) })
    const rows = read
      .map((row, at): RunRow => ({
        ...(showsFolders ? row : withoutFolder(row)),
        ...runs[at]!.known,
        key: runs[at]!.key,
      }))
      .toSorted((a, b) => b.startTime - a.startTime || (a.key < b.key ? -1 : 1))
    const known: Known = new Map(
      rows.map(({ config, ...row }) => [row.key, { row: digest(row), config: digest(config) }]),
    )
    const version = digest([...known])
    this.#versions.delete(version)
    this.#versions.set(version, known)
    for (const oldest of this.#versions.keys()) {
      if (this.#versions.size <= MOST_VERSIONS) break
      this.#versions.delete(oldest)
    }
    const dirs = new Map(runs.map(({ key, dir }) => [key, dir]))
    return { version, rows, dirs, problems: showsFolders ? problems : [] }
  }
}

function withoutFolder<Row extends { readonly problem?: string | undefined }>(row: Row): Row {
  return row.problem === undefined ? row : { ...row, problem: 'What was stored of this run cannot be read.' }
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22)
}
