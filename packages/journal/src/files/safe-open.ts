import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
  type Stats,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { readIfRegular, SwanLabError } from '@swanlab/core/internal'
import { replaceFileSync } from './replace-file.ts'

/**
 * Whose files are taken. `own`: those of this user and of root, for whatever is sent, appended to or acted upon. `any`:
 * for looking at.
 */
export type Owner = 'own' | 'any'

export interface SafeOpenOptions {
  /** Default: `any`. */
  readonly owner?: Owner | undefined
  /** As of `open(2)`. Default: for reading. */
  readonly flags?: number | undefined
  /** Permissions of a file that is created. Default: 0600. */
  readonly mode?: number | undefined
}

export interface ReplaceOptions {
  /** Whose folder it may be. Default: `any`. */
  readonly owner?: Owner | undefined
  /** True: returns when the content is on the disk. Default: false. */
  readonly flush?: boolean | undefined
}

// Windows knows neither; nor can its users' temporary folders be written by others.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_DIRECTORY = 0 } = constants as Partial<typeof constants>
const FOLDER = constants.O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK
const PRIVATE = 0o600
/** Node has no `openat`; Linux offers the same by name. */
const DESCRIPTORS = '/proc/self/fd'
const hasDescriptors = existsSync(DESCRIPTORS)

/** An open folder, and its path for people. */
interface Folder {
  readonly fd: number
  readonly path: string
}

/**
 * Opens a file in a folder that others may be able to write: a regular file, reached without following a link in
 * `folder` itself or anywhere below it. Never waits, as opening a FIFO would. What is asked of the file is asked of what
 * was opened, so nothing can be exchanged in between.
 *
 * Whoever is given a folder by the user resolves its links first, by {@link realPath}: what the user names is trusted.
 *
 * @param name - Path within the folder, with "/".
 * @returns its descriptor.
 * @throws SwanLabError `INVALID_FILE` for anything that is not such a file, or not of the right owner; the file system's
 *   own error otherwise.
 */
export function openWithin(folder: string, name: string, options: SafeOpenOptions = {}): number {
  return inFolderOf(folder, name, options.owner, (parent, last) => openRegular(parent, last, options))
}

/** Reads such a file. @param max - In bytes; a longer one is refused. @throws as {@link openWithin}. */
export function readWithin(folder: string, name: string, owner: Owner = 'any', max: number = Infinity): Buffer {
  const fd = openWithin(folder, name, { owner })
  try {
    if (fstatSync(fd).size > max) throw unsafe(join(folder, name), `is larger than ${max} bytes`)
    return readFileSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Appends to such a file, which is made when it is not there. @throws as {@link openWithin}. */
export function appendWithin(folder: string, name: string, text: string): void {
  const fd = openWithin(folder, name, { flags: constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT })
  try {
    writeFileSync(fd, text)
  } finally {
    closeSync(fd)
  }
}

/**
 * Writes a file as a whole, by renaming: nobody ever sees half of it, and what stood in its place, be it a link, is
 * replaced and not written to.
 *
 * @throws as {@link openWithin}; nothing has changed then.
 */
export function replaceWithin(
  folder: string,
  name: string,
  content: string | Uint8Array,
  { owner, flush = false }: ReplaceOptions = {},
): void {
  inFolderOf(folder, name, owner, (parent, last) => {
    replaceFileSync(at(parent, last), content, { flush })
  })
}

/** Reads a file that the user names, if it is theirs: wherever links lead. @param max - In bytes. */
export function readOwnFile(path: string, max: number): Buffer | undefined {
  return readIfRegular(path, max, (stat) => isOwn(stat, dirname(path)))
}

/** What the user names may be a link: the folder that it leads to, as an absolute path, whether there is one or not. */
export function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}

function inFolderOf<T>(
  folder: string,
  name: string,
  owner: Owner | undefined,
  work: (parent: Folder, last: string) => T,
): T {
  const names = name.split('/')
  const last = names.pop()!
  let parent = openFolder(folder, folder, owner)
  try {
    for (const next of names) {
      if (!isPlainName(next)) throw unsafe(join(folder, name), 'is no path within its folder')
      const path = join(parent.path, next)
      const inner = openFolder(at(parent, next), path, owner)
      closeSync(parent.fd)
      parent = inner
    }
    if (!isPlainName(last)) throw unsafe(join(folder, name), 'is no path within its folder')
    return work(parent, last)
  } catch (error) {
    throw named(error, join(folder, name))
  } finally {
    closeSync(parent.fd)
  }
}

function openFolder(where: string, path: string, owner: Owner | undefined): Folder {
  let fd: number
  try {
    fd = openSync(where, FOLDER)
  } catch (error) {
    throw named(error, path)
  }
  const opened = { fd, path }
  if (owner !== 'own' || isOwn(fstatSync(fd), reached(opened))) return opened
  closeSync(fd)
  throw unsafe(path, NOT_OWN)
}

function openRegular(
  parent: Folder,
  name: string,
  { owner = 'any', flags = 0, mode = PRIVATE }: SafeOpenOptions,
): number {
  const path = join(parent.path, name)
  const fd = openSync(at(parent, name), flags | O_NOFOLLOW | O_NONBLOCK, mode)
  const stat = fstatSync(fd)
  const why = stat.isFile()
    ? owner === 'own' && !isOwn(stat, reached(parent))
      ? NOT_OWN
      : undefined
    : 'is no regular file'
  if (why === undefined) return fd
  closeSync(fd)
  throw unsafe(path, why)
}

const NOT_OWN = 'belongs to another user'

function isOwn({ uid }: Stats, folder: string): boolean {
  const own = process.getuid?.()
  return own === undefined || uid === own || uid === 0 || uid === ownerOfNewFiles(folder)
}

/** Some file systems give every file to somebody else, such as NFS with `all_squash`: asked by making one. */
function ownerOfNewFiles(folder: string): number | undefined {
  const path = join(folder, `.swanlab-${randomBytes(6).toString('hex')}.tmp`)
  let fd: number | undefined
  try {
    fd = openSync(path, 'wx', PRIVATE)
    return fstatSync(fd).uid
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) {
      closeSync(fd)
      rmSync(path, { force: true })
    }
  }
}

function at(folder: Folder, name: string): string {
  return `${reached(folder)}/${name}`
}

function reached({ fd, path }: Folder): string {
  return hasDescriptors ? `${DESCRIPTORS}/${fd}` : path
}

function isPlainName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[\\/\0]/.test(name)
}

/** The error about a file, by the name that its user knows. */
function named(error: unknown, path: string): unknown {
  const { code, syscall, errno } = error as NodeJS.ErrnoException
  if (error instanceof SwanLabError || code === undefined) return error
  if (code === 'ELOOP' || code === 'EMLINK') return unsafe(path, 'is a symbolic link')
  if (code === 'ENOTDIR')
    return unsafe(path, isLink(path) ? 'is a symbolic link' : 'is no folder, or in something that is none')
  // A FIFO that nobody reads, a socket.
  if (code === 'ENXIO') return unsafe(path, 'is no regular file')
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`, { cause: error }), { code, syscall, errno, path })
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
}

function unsafe(path: string, why: string): SwanLabError {
  return new SwanLabError('INVALID_FILE', `${path} ${why}; it is left alone.`)
}
