import { statSync } from 'node:fs'
import { join } from 'node:path'
import { JOURNAL_FILE, readWithin, replaceWithin } from '@swanlab/journal/internal'

/** Name of the file in a run folder that says what has been uploaded. */
const FILE = 'upload.json'
/** In bytes; a longer one is damaged. */
const MAX_SIZE = 16_777_216

/** A run as a server knows it. */
export interface Target {
  readonly workspace: string
  readonly project: string
  readonly projectId: string
  readonly experimentId: string
  /** False: a server that wants columns declared for each run. */
  readonly series: boolean
  /** Where people look at it; absent in files of servers that had no pages. */
  readonly url?: string | undefined
  /** Lines of the terminal that the server already had from elsewhere. */
  readonly lines: number
}

/** How far one stream has been uploaded. */
export interface StreamCheckpoint {
  /** Where the next line begins in the journal, in bytes. */
  readonly offset: number
  /** Items sent so far. */
  readonly sent: number
  /** What the server does not have although it was sent, or should have been. Absent: nothing. */
  readonly lacking?: Lacking | undefined
}

/** What a server lacks of what has been uploaded to it. */
export interface Lacking {
  /** Where to begin in order to send it again, and the items before that place. */
  readonly offset: number
  readonly sent: number
  /** Items that the server refused. */
  readonly refused: number
  /** Files that were left out. */
  readonly missing: number
}

/** How far one run has been uploaded to one server. */
export interface Checkpoint {
  readonly target: Target
  readonly lanes: Readonly<Record<string, StreamCheckpoint>>
}

/** Checkpoints from which what the server lacks is sent again; servers dedupe items. */
export function rewound(lanes: Checkpoint['lanes']): Record<string, StreamCheckpoint> {
  const entries = Object.entries(lanes).map(([name, { lacking, ...checkpoint }]) => {
    const { offset, sent } = lacking ?? checkpoint
    return [name, { offset, sent }] as const
  })
  return Object.fromEntries(entries)
}

/** What has been uploaded of a run, kept in its folder so that an upload resumes without repeating or skipping. */
export class CheckpointFile {
  readonly #dir: string
  readonly #journal: string
  readonly #key: string

  /** @param server - Address of the api. @param id - Of the run there. */
  constructor(dir: string, { server, id }: { server: string; id: string }) {
    this.#dir = dir
    this.#journal = join(dir, JOURNAL_FILE)
    this.#key = `${server} ${id}`
  }

  /** What is damaged counts as not uploaded: servers dedupe what is sent again. */
  load(): Checkpoint | undefined {
    const { target, lanes } = fieldsOf(this.#all()[this.#key])
    if (!isTarget(target)) return undefined
    const size = this.#journalSize()
    const sound = Object.entries(fieldsOf(lanes)).filter((entry): entry is [string, StreamCheckpoint] =>
      isStreamCheckpoint(entry[1], size),
    )
    return { target, lanes: Object.fromEntries(sound) }
  }

  /** Atomic, by renaming: a reader never sees half a file. @throws the file system's own error. */
  save(checkpoint: Checkpoint): void {
    replaceWithin(this.#dir, FILE, `${JSON.stringify({ ...this.#all(), [this.#key]: checkpoint }, null, 1)}\n`)
  }

  #all(): Readonly<Record<string, unknown>> {
    try {
      return fieldsOf(JSON.parse(String(readWithin(this.#dir, FILE, 'own', MAX_SIZE))))
    } catch {
      return {}
    }
  }

  #journalSize(): number {
    try {
      return statSync(this.#journal).size
    } catch {
      return 0
    }
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Record<string, unknown>) : {}
}

function isTarget(value: unknown): value is Target {
  const { workspace, project, projectId, experimentId, series, url, lines } = fieldsOf(value)
  const names = [workspace, project, projectId, experimentId, ...(url === undefined ? [] : [url])]
  return names.every((name) => typeof name === 'string' && name) && typeof series === 'boolean' && isCount(lines)
}

function isStreamCheckpoint(value: unknown, journalSize: number): boolean {
  const { offset, sent, lacking } = fieldsOf(value)
  return (
    isCount(offset) && offset <= journalSize && isCount(sent) && (lacking === undefined || isLacking(lacking, offset))
  )
}

function isLacking(value: unknown, until: number): boolean {
  const { offset, sent, refused, missing } = fieldsOf(value)
  return isCount(offset) && offset <= until && [sent, refused, missing].every(isCount)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
