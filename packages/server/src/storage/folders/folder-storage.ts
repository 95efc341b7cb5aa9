import type { Readable } from 'node:stream'
import { later } from '../../errors.ts'
import type {
  ColumnDefinition,
  KeyInfo,
  LogLine,
  MediaPoint,
  NewRun,
  Profile,
  ScalarPoint,
  SeriesDefinition,
  Session,
  Storage,
  StoredProject,
  StoredRun,
  StoredState,
  User,
  Visibility,
  WantedLines,
} from '../interfaces.ts'
import type { Series } from '../../reads/series.ts'
import { Work } from '../../reads/work.ts'
import { Accounts } from './accounts.ts'
import { Damages } from './damage.ts'
import { get, put } from './files.ts'
import { linesIn, mediaIn, scalarsIn } from './journal-queries.ts'
import { makeFolder, removeLeftovers } from './json-file.ts'
import { joinParts, partsSize, putPart } from './parts.ts'
import { ignoreFolder, makePrivate } from './private-folder.ts'
import { Projects } from './projects.ts'
import { Runs } from './runs.ts'
import { secretIn } from './secret.ts'

const DAY = 86_400_000

interface Outside {
  readonly clock: () => number
  readonly report: (level: 'warn' | 'error', message: string) => void
}

/** Everything in one folder: a run is the journal and the files that local mode would write. */
export class FolderStorage implements Storage {
  readonly #clock: () => number
  readonly #accounts: Accounts
  readonly #projects: Projects
  readonly #runs: Runs
  readonly #daily: NodeJS.Timeout
  readonly secret: Buffer

  private constructor(root: string, { clock, report }: Outside, accounts: Accounts, secret: Buffer) {
    const damages = new Damages((message) => report('error', message))
    this.#clock = clock
    this.#accounts = accounts
    this.#projects = new Projects(root, damages, (message) => report('warn', message))
    this.#runs = new Runs(clock, damages)
    this.secret = secret
    this.#daily = setInterval(() => void this.forgetParts().catch(() => {}), DAY).unref()
  }

  /**
   * Opens what is there. Projects and runs that are damaged are reported and left alone; whoever asks for one of them is
   * answered 507. Users, sessions and the secret are needed whole: without them, clients would be refused for good.
   *
   * @param report - Called with what is damaged, and its path. Default: nobody.
   * @throws DamageError; the file system's own error.
   */
  static async open(
    root: string,
    clock: () => number = Date.now,
    report: Outside['report'] = () => {},
  ): Promise<FolderStorage> {
    await makeFolder(root)
    // A full or read-only disk goes without.
    await ignoreFolder(root).catch(() => {})
    for (const path of await makePrivate(root))
      report('warn', `${path} cannot be kept from other users of this machine`)
    const storage = new FolderStorage(root, { clock, report }, await Accounts.open(root, clock), await secretIn(root))
    await storage.#load()
    // A command that makes users may be at work beside the server. A full or read-only disk keeps its leftovers.
    await removeLeftovers(root, 60_000).catch(() => {})
    return storage
  }

  users = (): readonly User[] => this.#accounts.users()
  createUser = (name: string): Promise<User> => this.#accounts.createUser(name)
  removeUser = (name: string): Promise<void> => this.#accounts.removeUser(name)
  restoreUser = (name: string): Promise<void> => this.#accounts.restoreUser(name)
  createKey = (user: string, name?: string): Promise<string> => this.#accounts.createKey(user, name)
  keys = (user: string): readonly KeyInfo[] => this.#accounts.keys(user)
  revokeKey = (user: string, which: string): Promise<void> => this.#accounts.revokeKey(user, which)
  userOfKey = (key: string): string | undefined => this.#accounts.userOfKey(key)
  openSession = (key: string): Promise<Session | undefined> => guarded(this.#accounts.openSession(key))
  closeSession = (sid: string): Promise<void> => guarded(this.#accounts.closeSession(sid))
  userOfSession = (sid: string): string | undefined => this.#accounts.userOfSession(sid)
  keyOfSession = (sid: string): string | undefined => this.#accounts.keyOfSession(sid)

  project = (workspace: string, name: string): StoredProject | undefined =>
    this.#accounts.isRemoved(workspace) ? undefined : this.#projects.find(workspace, name)?.project
  projects = (workspace: string): readonly StoredProject[] =>
    this.#accounts.isRemoved(workspace) ? [] : this.#projects.of(workspace)
  createProject = (workspace: string, name: string, visibility: Visibility): Promise<StoredProject> =>
    guarded(this.#projects.create(workspace, name, visibility, this.#clock()))
  series = (project: StoredProject): ReadonlyMap<string, SeriesDefinition> => this.#projects.get(project).series
  defineSeries = (project: StoredProject, definitions: readonly SeriesDefinition[]): Promise<void> =>
    guarded(this.#projects.defineSeries(project, definitions))

  setVisibility = (project: StoredProject, visibility: Visibility): Promise<StoredProject> =>
    guarded(this.#projects.setVisibility(project, visibility, this.#clock()))

  async deleteProject(project: StoredProject): Promise<void> {
    const { runs } = this.#projects.get(project)
    await guarded(this.#projects.remove(project, this.#clock()))
    this.#runs.forget(Array.from(runs.values(), ({ run }) => run.cuid))
  }

  runs = (project: StoredProject): readonly StoredRun[] =>
    Array.from(this.#projects.get(project).runs.values(), ({ run }) => run)
  run = (project: StoredProject, id: string): StoredRun | undefined =>
    this.#runs.findIn(this.#projects.get(project), id)?.run
  runByCuid = (cuid: string): StoredRun | undefined => {
    const run = this.#runs.find(cuid)?.run
    return run && !this.#accounts.isRemoved(run.workspace) ? run : undefined
  }
  runFolder = (cuid: string): string | undefined => this.#runs.find(cuid)?.dir
  wasDeleted = (cuid: string): boolean => this.#runs.wasDeleted(cuid)
  hasDeleted = (project: StoredProject, id: string): boolean => this.#projects.get(project).deleted.has(id)
  createRun = (project: StoredProject, order: NewRun): Promise<{ run: StoredRun; created: boolean }> =>
    guarded(this.#runs.create(this.#projects.get(project), order))
  updateProfile = (cuid: string, profile: Profile): Promise<void> =>
    guarded(this.#runs.get(cuid).updateProfile(profile, this.#clock()))
  endRun = (cuid: string, state: Exclude<StoredState, 'RUNNING'>, finishedAt: number): Promise<void> =>
    guarded(this.#runs.get(cuid).end(state, finishedAt))
  beat = (cuid: string): void => this.#runs.get(cuid).change({ heartbeatAt: this.#clock() })

  async deleteRun(cuid: string): Promise<void> {
    const folder = this.#runs.get(cuid)
    const { workspace, project } = folder.run
    const home = this.#projects.find(workspace, project)
    if (home) await guarded(this.#runs.remove(home, folder, () => this.#projects.save(home)))
  }

  async appendScalars(cuid: string, points: readonly ScalarPoint[]): Promise<void> {
    await guarded(this.#runs.get(cuid).log.appendScalars(points, this.#definedIn(cuid)))
  }

  async appendMedia(cuid: string, points: readonly MediaPoint[]): Promise<void> {
    await guarded(this.#runs.get(cuid).log.appendMedia(points, this.#definedIn(cuid)))
  }

  async appendLines(cuid: string, lines: readonly LogLine[]): Promise<void> {
    await guarded(this.#runs.get(cuid).log.appendLines(lines))
  }

  async defineColumns(cuid: string, columns: readonly Omit<ColumnDefinition, 'createdAt'>[]): Promise<void> {
    await guarded(this.#runs.get(cuid).defineColumns(columns, this.#clock()))
  }

  columns = (cuid: string): readonly ColumnDefinition[] => this.#runs.get(cuid).columns
  lastSteps = (cuid: string): ReturnType<Storage['lastSteps']> => this.#runs.get(cuid).lastSteps

  async scalars(
    cuid: string,
    keys: ReadonlySet<string> | undefined,
    work: Work = new Work(),
  ): Promise<Map<string, Series>> {
    return scalarsIn(this.#runs.get(cuid).journal, keys, work)
  }

  async media(cuid: string, keys: ReadonlySet<string>, work: Work = new Work()): Promise<Map<string, MediaPoint[]>> {
    return mediaIn(this.#runs.get(cuid).journal, keys, work)
  }

  async lines(cuid: string, wanted: WantedLines = {}, work: Work = new Work()): Promise<LogLine[]> {
    return linesIn(this.#runs.get(cuid).journal, wanted, work)
  }

  put = (cuid: string, path: string, content: Readable): Promise<string | undefined> =>
    guarded(put(this.#runs.get(cuid).dir, path, content))
  get = (cuid: string, path: string): Promise<Readable | undefined> => get(this.#runs.get(cuid).dir, path)
  putPart = (cuid: string, uploadId: string, part: number, content: Readable): Promise<string> =>
    guarded(putPart(this.#runs.get(cuid).dir, uploadId, part, content))
  partsSize = (cuid: string, uploadId: string, without: number): Promise<number> =>
    partsSize(this.#runs.get(cuid).dir, uploadId, without)
  joinParts = (cuid: string, uploadId: string, path: string, parts: readonly number[]): Promise<boolean> =>
    guarded(joinParts(this.#runs.get(cuid).dir, uploadId, path, parts))

  /** Removes parts of files that nobody completed in eight days; happens by itself once a day, and at the start. */
  forgetParts = (): Promise<void> => this.#runs.forgetParts()

  async close(): Promise<void> {
    clearInterval(this.#daily)
    await this.#runs.close()
  }

  #definedIn(cuid: string): (key: string) => SeriesDefinition | undefined {
    const { workspace, project } = this.#runs.get(cuid).run
    const series = this.#projects.find(workspace, project)?.series
    return (key) => series?.get(key)
  }

  async #load(): Promise<void> {
    const { projects, deleted } = await this.#projects.load()
    for (const home of projects) await this.#runs.load(home)
    for (const dir of deleted) await this.#runs.loadDeleted(dir)
  }
}

/** Whatever the disk has against it: the client is to keep its data and come back. */
async function guarded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error)
      throw later(`the disk refuses (${error.code})`, error)
    throw error
  }
}
