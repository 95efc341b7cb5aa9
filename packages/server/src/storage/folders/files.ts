import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { inside } from './paths.ts'

const UPLOADS = '.uploads'
const UPLOAD_ID = /^[a-z0-9]{21}$/

/** Older parts are no longer continued, in milliseconds: the addresses for the others have expired. */
const UPLOAD_TIME = 8 * 86_400_000

/** Where a run keeps what a client calls `path`: media and saved files each in their own folder. */
function placeOf(dir: string, path: string): string | undefined {
  const [, folder = 'media', rest = path] = /^(media|files)\/(.*)$/s.exec(path) ?? []
  return inside(join(dir, folder), rest)
}

/** Under another name until it is whole and on the disk. @returns its entity tag. */
async function write(path: string, content: Readable): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.hrtime.bigint()}.tmp`
  const hash = createHash('md5')
  const tee = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  try {
    await pipeline(content, tee, createWriteStream(temporary, { flush: true }))
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  return hash.digest('hex')
}

export async function put(dir: string, path: string, content: Readable): Promise<string | undefined> {
  const place = placeOf(dir, path)
  try {
    if (place) return await write(place, content)
  } catch (error) {
    if (!isImpossible(error)) throw error
  }
  content.resume()
  return undefined
}

/** No place for a file, such as one that is a folder already: later it will not be one either. */
function isImpossible(error: unknown): boolean {
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
  try {
    await access(place)
    return createReadStream(place)
  } catch {
    return undefined
  }
}

export async function putPart(dir: string, uploadId: string, part: number, content: Readable): Promise<string> {
  if (!UPLOAD_ID.test(uploadId)) {
    content.resume()
    return ''
  }
  return write(join(dir, UPLOADS, uploadId, String(part)), content)
}

export async function joinParts(
  dir: string,
  uploadId: string,
  path: string,
  parts: readonly number[],
): Promise<boolean> {
  const place = placeOf(dir, path)
  const folder = join(dir, UPLOADS, uploadId)
  if (!place || !UPLOAD_ID.test(uploadId) || parts.length === 0) return false
  try {
    await Promise.all(parts.map((part) => access(join(folder, String(part)))))
  } catch {
    return false
  }
  const whole = join(folder, 'whole')
  await rm(whole, { force: true })
  for (const part of parts)
    await pipeline(createReadStream(join(folder, String(part))), createWriteStream(whole, { flags: 'a' }))
  const file = await open(whole, 'r+')
  await file.datasync()
  await file.close()
  try {
    await mkdir(dirname(place), { recursive: true })
    await rename(whole, place)
  } catch (error) {
    if (!isImpossible(error)) throw error
    return false
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return true
}

/** Removes the parts of files that nobody completed. */
export async function forgetUploads(dir: string, now: number): Promise<void> {
  const uploads = join(dir, UPLOADS)
  for (const name of await readdir(uploads).catch(() => [])) {
    const { mtimeMs } = await stat(join(uploads, name))
    if (now - mtimeMs > UPLOAD_TIME) await rm(join(uploads, name), { recursive: true, force: true })
  }
}
