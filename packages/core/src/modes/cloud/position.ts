import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Name of the file in a run folder that says what has been uploaded. */
const FILE = 'upload.json'

/** A run as a server knows it. */
export interface Target {
  readonly workspace: string
  readonly project: string
  readonly projectId: string
  readonly experimentId: string
  /** False: a server that wants columns declared for each run. */
  readonly series: boolean
  readonly url: string
  /** Lines of the terminal that the server already had from elsewhere. */
  readonly lines: number
}

/** How far one kind of record has been uploaded. */
export interface LanePosition {
  /** Where the next line begins in the journal, in bytes. */
  readonly offset: number
  /** Items sent so far. */
  readonly sent: number
}

/** How far one run is on one server. */
export interface Position {
  readonly target: Target
  readonly lanes: Readonly<Record<string, LanePosition>>
}

/** What has been uploaded of a run, kept in its folder so that whoever goes on neither repeats nor skips. */
export class PositionFile {
  readonly #path: string
  readonly #key: string

  /** @param server - Address of the api. @param id - Of the run there. */
  constructor(dir: string, { server, id }: { server: string; id: string }) {
    this.#path = join(dir, FILE)
    this.#key = `${server} ${id}`
  }

  load(): Position | undefined {
    const position = this.#all()[this.#key]
    return position && typeof position.target?.experimentId === 'string' ? position : undefined
  }

  /** By renaming: a reader never sees half a file. @throws the file system's own error. */
  save(position: Position): void {
    const temporary = `${this.#path}.${process.pid}.tmp`
    try {
      writeFileSync(temporary, `${JSON.stringify({ ...this.#all(), [this.#key]: position }, null, 1)}\n`)
      renameSync(temporary, this.#path)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
  }

  #all(): Record<string, Position> {
    try {
      return JSON.parse(readFileSync(this.#path, 'utf8')) as Record<string, Position>
    } catch {
      return {}
    }
  }
}
