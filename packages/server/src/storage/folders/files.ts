import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, mkdir, stat, type FileHandle } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import type { Readable } from 'node:stream'
import { replaceFile } from '@swanlab/journal'
import { makeFolder, PRIVATE_FILE, PRIVATE_FOLDER } from './json-file.ts'
import { inside } from './paths.ts'

/** Where a run keeps what is not whole yet. Plain files in it are of nobody when a server begins. */
export const UPLOADS = '.uploads'

/** Where a run keeps what a client calls `path`: media and saved files each in their own folder. */
export function placeOf(dir: string, path: string): string | undefined {
  const [, folder = 'media', rest = path] = /^(media|files)\/(.*)$/s.exec(path) ?? []
  return inside(join(dir, folder), rest)
}

/** A name for something that is not whole yet. @throws the file system's own error, also when the run has been deleted. */
async function temporaryIn(dir: string): Promise<string> {
  await mkdir(join(dir, UPLOADS), PRIVATE_FOLDER).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  return join(dir, UPLOADS, `${randomBytes(12).toString('hex')}.tmp`)
}

/** Under another name until it is whole and on the disk. @returns its entity tag. */
export async function writeWithin(dir: string, path: string, content: Readable): Promise<string> {
  const hash = createHash('md5')
  await writeFileIn(dir, path, async function* () {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      hash.update(chunk)
      yield chunk
    }
  })
  return hash.digest('hex')
}

/** What is whole gets its own name, for good. */
export async function writeFileIn(dir: string, path: string, content: () => AsyncIterable<Buffer>): Promise<void> {
  const write = async (file: FileHandle): Promise<void> => {
    for await (const chunk of content()) await file.writeFile(chunk)
  }
  await replaceFile(path, write, {
    scratch: await temporaryIn(dir),
    mode: PRIVATE_FILE,
    flush: true,
    beforeRename: () => makeFolder(dirname(path)),
  })
}

export async function put(dir: string, path: string, content: Readable): Promise<string | undefined> {
  const place = placeOf(dir, path)
  try {
    if (place) return await writeWithin(dir, place, content)
  } catch (error) {
    if (!isImpossible(error)) throw error
  }
  return undefined
}

/** No place for a file, such as one that is a folder already: later it will not be one either. */
export function isImpossible(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException
  return ['EEXIST', 'EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'ENAMETOOLONG', 'EINVAL', 'EILSEQ'].includes(code)
}

/** What the run calls the object that a client calls `path`; absent when there is none. */
export async function nameOf(dir: string, path: string): Promise<string | undefined> {
  const place = placeOf(dir, path)
  if (!place) return undefined
  try {
    await access(place)
    return relative(dir, place).split(sep).join('/')
  } catch {
    return undefined
  }
}

export async function get(dir: string, path: string): Promise<Readable | undefined> {
  const place = placeOf(dir, path)
  if (!place) return undefined
  const found = await stat(place).catch(() => undefined)
  return found?.isFile() ? createReadStream(place) : undefined
}
