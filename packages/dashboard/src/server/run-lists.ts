import { createHash, randomUUID } from 'node:crypto'
import type { ChangedRow } from '../protocol/events.ts'
import type { RunKey, RunRow } from '../protocol/runs.ts'
import type { ChangedListRow } from '../reading/list-rows.ts'
import type { Reader } from '../reading/reader.ts'
import type { ListedRun, Listing, RunSource } from './run-source.ts'

/** Versions of lists that are known, so that whoever comes back gets what has changed since. */
const MOST_VERSIONS = 64

/** By key: what of a row a page knows. Another number, another row, or configuration. */
type Known = ReadonlyMap<RunKey, { readonly row: number; readonly config: number }>

/** A row as it was read, and as it is shown. */
interface Shown extends Read {
  /** What was added to it, as text. */
  readonly added: string
  readonly shown: RunRow
  readonly mark: number
}

type Read = Omit<ChangedListRow, 'at'>

/** What a viewer sees at one moment. */
export interface SeenList {
  readonly version: string
  readonly known: Known
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
  /** By folder. */
  readonly #shown = new Map<string, Shown>()
  #marks = 0
  /** Versions of a server that ran before say nothing here. */
  readonly #salt = randomUUID()

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

  /**
   * What a page that knows the list in one version lacks of it. Undefined: nothing.
   *
   * @param before - The list that it knows, or its version.
   */
  changes({ version, rows, known: now }: SeenList, before: SeenList | string): ListChanges | undefined {
    if (version === (typeof before === 'string' ? before : before.version)) return undefined
    const known = typeof before === 'string' ? this.#versions.get(before) : before.known
    if (!known) return { rows, gone: [], all: true }
    const changed = rows.flatMap((row): ChangedRow[] => {
      const [is, was] = [now.get(row.key)!, known.get(row.key)]
      if (was?.config !== is.config) return [row]
      const { config: _config, ...rest } = row
      return was.row === is.row ? [] : [rest]
    })
    return { rows: changed, gone: [...known.keys()].filter((key) => !now.has(key)), all: false }
  }

  async #look(viewer: string): Promise<SeenList> {
    const { source, showsFolders } = this.#options
    const { runs, problems } = await source.list(viewer)
    const shown = await this.#show(runs)
    const rows = shown.map((one) => one.shown).toSorted((a, b) => b.startTime - a.startTime || (a.key < b.key ? -1 : 1))
    const known: Known = new Map(shown.map((one) => [one.shown.key, { row: one.mark, config: one.config }]))
    const hash = createHash('sha256').update(this.#salt)
    for (const [key, { row, config }] of known) hash.update(`${key}:${row}:${config},`)
    const version = hash.digest('base64url').slice(0, 22)
    this.#versions.delete(version)
    this.#versions.set(version, known)
    for (const oldest of this.#versions.keys()) {
      if (this.#versions.size <= MOST_VERSIONS) break
      this.#versions.delete(oldest)
    }
    const dirs = new Map(runs.map(({ key, dir }) => [key, dir]))
    return { version, known, rows, dirs, problems: showsFolders ? problems : [] }
  }

  /** Only what has changed since the last look is read, comes from the other thread, and is put together anew. */
  async #show(runs: readonly ListedRun[]): Promise<Shown[]> {
    const before = runs.map(({ dir }) => this.#shown.get(dir))
    const changed = await this.#options.reader.ask('rows', {
      dirs: runs.map(({ dir }) => dir),
      known: before.map((one) => one?.version ?? 0),
    })
    const news = new Map(changed.map((one) => [one.at, one]))
    const shown = runs.map((run, at) => this.#shownOf(run, news.get(at) ?? before[at]!))
    if (this.#shown.size > 2 * runs.length + 1_000) this.#shown.clear()
    runs.forEach(({ dir }, at) => this.#shown.set(dir, shown[at]!))
    return shown
  }

  #shownOf({ key, dir, known }: ListedRun, { version, config, row: read }: Read): Shown {
    const added = JSON.stringify([key, known])
    const before = this.#shown.get(dir)
    if (before?.version === version && before.added === added) return before
    const shown = { ...(this.#options.showsFolders ? read : withoutFolder(read)), ...known, key }
    return { version, config, row: read, added, shown, mark: this.#marks++ }
  }
}

function withoutFolder<Row extends { readonly problem?: string | undefined }>(row: Row): Row {
  return row.problem === undefined ? row : { ...row, problem: 'What was stored of this run cannot be read.' }
}
