import type { Readable } from 'node:stream'
import type { ScalarPoint, Series } from '../reads/series.ts'
import type { Work } from '../reads/work.ts'

export type { ScalarPoint } from '../reads/series.ts'

/** States of a run as the protocol knows them. */
export type StoredState = 'RUNNING' | 'FINISHED' | 'CRASHED' | 'ABORTED'
export type Visibility = 'PUBLIC' | 'PRIVATE'

export interface User {
  readonly name: string
  readonly createdAt: number
  /** Absent: the user is there. What one who was removed had is kept, and nobody can reach it. */
  readonly removedAt: number | undefined
}

/** What may be shown of a key. Times in milliseconds since 1970; unknown of keys from before they were kept. */
export interface KeyInfo {
  /** Unique among the keys of one user. */
  readonly name: string
  /** Its first characters. */
  readonly prefix: string | undefined
  readonly createdAt: number | undefined
  /** When it was last logged in with; absent when that is more than 60 days ago, or never was. */
  readonly lastUsedAt: number | undefined
}

export interface Session {
  readonly user: string
  readonly sid: string
  readonly expires: number
}

export interface SeriesDefinition {
  readonly key: string
  readonly type: string
  readonly sectionName?: string | undefined
  readonly xAxis?: string | undefined
  readonly hidden?: boolean | undefined
}

export interface StoredProject {
  readonly cuid: string
  readonly workspace: string
  readonly name: string
  readonly visibility: Visibility
  readonly description: string
  readonly createdAt: number
  readonly updatedAt: number
}

/** `{value, sort, desc}` by key, as clients send it. */
export type WireConfig = Readonly<Record<string, unknown>>

export interface Profile {
  readonly config?: WireConfig | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  readonly requirements?: string | undefined
  readonly conda?: string | undefined
}

export interface StoredRun {
  /** Unique on the server. */
  readonly cuid: string
  /** The id that the client chose; unique in its project. */
  readonly slug: string
  readonly workspace: string
  readonly project: string
  readonly name: string
  readonly description: string
  readonly colors: readonly [string, string]
  readonly labels: readonly string[]
  readonly job: string | undefined
  readonly cluster: string | undefined
  /** Milliseconds since 1970, all of them. */
  readonly createdAt: number
  /** `createdAt` of the request that made it, as the client wrote it. */
  readonly requestedAt: string | undefined
  readonly finishedAt: number | undefined
  readonly heartbeatAt: number | undefined
  readonly state: StoredState
  readonly flagId: string
  /** Nothing has been logged to it. */
  readonly empty: boolean
  readonly profile: Profile
}

/** A request for a run. Its `requestedAt` tells one that is repeated from one that continues the run. */
export interface NewRun extends Pick<
  StoredRun,
  'name' | 'description' | 'colors' | 'labels' | 'job' | 'cluster' | 'requestedAt'
> {
  readonly id: string | undefined
}

/** Who there is, what they own, and what is known of it. Everything is durable when a promise resolves. */
export interface IdentityStore {
  /** Also those who were removed. */
  users(): readonly User[]
  /** @throws ApiError 400 for a name that is none; 409 when there is such a user, or was: names are not given away. */
  createUser(name: string): Promise<User>
  /** Ends the keys and sessions of the user at once; projects and runs are kept, and cannot be reached. @throws ApiError 404 */
  removeUser(name: string): Promise<void>
  /** Brings a user who was removed back with what was theirs, but without keys. @throws ApiError 404 */
  restoreUser(name: string): Promise<void>
  /**
   * @param name - Unique among the keys of the user. Default: `key-1`, `key-2`, …
   * @returns the key, which is kept only as a hash.
   * @throws ApiError 404 when there is no such user; 400 and 409 for the name.
   */
  createKey(user: string, name?: string): Promise<string>
  /** @throws ApiError 404 */
  keys(user: string): readonly KeyInfo[]
  /** Ends the sessions that the key opened, too, at once. @param which - Name or prefix. @throws ApiError 404, 409 */
  revokeKey(user: string, which: string): Promise<void>
  userOfKey(key: string): string | undefined
  /** @returns undefined for a key that is not known. */
  openSession(key: string): Promise<Session | undefined>
  userOfSession(sid: string): string | undefined
  /** Name of the key that opened a session; absent when the session is over, or was opened before that was kept. */
  keyOfSession(sid: string): string | undefined
  /** Signs out. */
  closeSession(sid: string): Promise<void>

  project(workspace: string, name: string): StoredProject | undefined
  projects(workspace: string): readonly StoredProject[]
  createProject(workspace: string, name: string, visibility: Visibility): Promise<StoredProject>
  setVisibility(project: StoredProject, visibility: Visibility): Promise<StoredProject>
  deleteProject(project: StoredProject): Promise<void>
  series(project: StoredProject): ReadonlyMap<string, SeriesDefinition>
  /** The first definition of a key stays. Clients declare keys again and again. */
  defineSeries(project: StoredProject, definitions: readonly SeriesDefinition[]): Promise<void>

  runs(project: StoredProject): readonly StoredRun[]
  /** @param id - Slug or cuid. */
  run(project: StoredProject, id: string): StoredRun | undefined
  runByCuid(cuid: string): StoredRun | undefined
  /** The folder of a run, with its journal and media, for those who only read it; absent when it is not kept in one. */
  runFolder(cuid: string): string | undefined
  /** Whether there was a run with this cuid. */
  wasDeleted(cuid: string): boolean
  /** Whether there was such a run in the project. @param id - Slug or cuid. */
  hasDeleted(project: StoredProject, id: string): boolean
  /**
   * Makes a run, or continues the one with this id. An id that another user's run has as its cuid stays theirs: the new run
   * gets a cuid of its own, also when both ask at the same moment.
   *
   * @throws ApiError 409 when the id is the cuid of a run in another project of the same user; 404 when the run was deleted.
   */
  createRun(project: StoredProject, run: NewRun): Promise<{ run: StoredRun; created: boolean }>
  updateProfile(cuid: string, profile: Profile): Promise<void>
  endRun(cuid: string, state: Exclude<StoredState, 'RUNNING'>, finishedAt: number): Promise<void>
  beat(cuid: string): void
  deleteRun(cuid: string): Promise<void>
}

export interface MediaPoint {
  readonly key: string
  readonly index: number
  readonly data: readonly string[]
  readonly more: readonly (Readonly<Record<string, unknown>> | null)[] | undefined
  readonly time: number
}

export interface LogLine {
  readonly epoch: number
  readonly level: 'INFO' | 'WARN' | 'ERROR'
  readonly message: string
  readonly time: number
}

export interface ColumnDefinition {
  readonly key: string
  readonly type: string
  readonly class: 'CUSTOM' | 'SYSTEM'
  readonly name?: string | undefined
  readonly sectionName?: string | undefined
  readonly createdAt: number
}

/** What runs logged. Points of one (run, key, index), and lines of one (run, epoch): the last one written counts. */
export interface MetricStore {
  appendScalars(cuid: string, points: readonly ScalarPoint[]): Promise<void>
  appendMedia(cuid: string, points: readonly MediaPoint[]): Promise<void>
  appendLines(cuid: string, lines: readonly LogLine[]): Promise<void>
  defineColumns(cuid: string, columns: readonly Omit<ColumnDefinition, 'createdAt'>[]): Promise<void>
  columns(cuid: string): readonly ColumnDefinition[]
  /** Highest step by key. */
  lastSteps(cuid: string): { scalar: ReadonlyMap<string, number>; media: ReadonlyMap<string, number>; line: number }
  /**
   * Points in the order of their steps, without repetitions.
   *
   * @param work - Lets others work meanwhile, and holds what is read. Default: work that nobody bounds.
   * @throws ApiError when it is too much for one request.
   */
  scalars(cuid: string, keys: ReadonlySet<string> | undefined, work?: Work): Promise<ReadonlyMap<string, Series>>
  media(cuid: string, keys: ReadonlySet<string>, work?: Work): Promise<ReadonlyMap<string, readonly MediaPoint[]>>
  /** In the order of their numbers. */
  lines(cuid: string, wanted?: WantedLines, work?: Work): Promise<readonly LogLine[]>
}

/** Which lines; all of them where it does not say. */
export interface WantedLines {
  /** Those with higher numbers. */
  readonly after?: number | undefined
  readonly level?: LogLine['level'] | undefined
  /** The first ones of these. */
  readonly most?: number | undefined
}

/** Bytes of media and of saved files. A content that ends with an error leaves nothing behind, and the call rejects. */
export interface FileStore {
  /**
   * @param path - As the client named it; contained by whoever keeps it.
   * @returns an entity tag; undefined when the path is none that can be kept.
   */
  put(cuid: string, path: string, content: Readable): Promise<string | undefined>
  get(cuid: string, path: string): Promise<Readable | undefined>
  putPart(cuid: string, uploadId: string, part: number, content: Readable): Promise<string>
  /** Bytes of the parts that are there, but for one that is about to be put again. */
  partsSize(cuid: string, uploadId: string, without: number): Promise<number>
  /** Makes one file of its parts. @returns false when one is missing. */
  joinParts(cuid: string, uploadId: string, path: string, parts: readonly number[]): Promise<boolean>
}

export interface Storage extends IdentityStore, MetricStore, FileStore {
  /** What the server signs with. */
  readonly secret: Buffer
  close(): Promise<void>
}
