import { createReadStream } from 'node:fs'
import { access, readdir, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { isImpossible, placeOf, UPLOADS, writeFileIn, writeWithin } from './files.ts'

const UPLOAD_ID = /^[a-z0-9]{21}$/

/** Older parts are no longer continued, in milliseconds: the addresses for the others have expired. */
const UPLOAD_TIME = 8 * 86_400_000

export async function putPart(dir: string, uploadId: string, part: number, content: Readable): Promise<string> {
  if (!UPLOAD_ID.test(uploadId)) return ''
  return writeWithin(dir, join(dir, UPLOADS, uploadId, String(part)), content)
}

export async function partsSize(dir: string, uploadId: string, without: number): Promise<number> {
  if (!UPLOAD_ID.test(uploadId)) return 0
  const folder = join(dir, UPLOADS, uploadId)
  const others = (await readdir(folder).catch(() => [])).filter((name) => name !== String(without))
  const sizes = await Promise.all(others.map((name) => stat(join(folder, name)).catch(() => ({ size: 0 }))))
  return sizes.reduce((sum, { size }) => sum + size, 0)
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
  const sources = parts.map((part) => join(folder, String(part)))
  try {
    await Promise.all(sources.map((source) => access(source)))
  } catch {
    return false
  }
  try {
    await writeFileIn(dir, place, async function* () {
      for (const source of sources) yield* createReadStream(source) as AsyncIterable<Buffer>
    })
  } catch (error) {
    if (!isImpossible(error)) throw error
    await rm(folder, { recursive: true, force: true })
    return false
  }
  await rm(folder, { recursive: true, force: true })
  return true
}

/** Removes the parts of files that nobody completed. */
export async function forgetParts(dir: string, now: number): Promise<void> {
  const uploads = join(dir, UPLOADS)
  for (const name of await readdir(uploads).catch(() => [])) {
    if (!UPLOAD_ID.test(name)) continue
    const found = await stat(join(uploads, name)).catch(() => undefined)
    if (found && now - found.mtimeMs > UPLOAD_TIME) await rm(join(uploads, name), { recursive: true, force: true })
  }
}

/** Likewise, and removes what a server that was killed left half written; not while one is at work. */
export async function forgetUploads(dir: string, now: number): Promise<void> {
  const uploads = join(dir, UPLOADS)
  const entries = await readdir(uploads, { withFileTypes: true }).catch(() => undefined)
  if (!entries) return
  for (const entry of entries) if (!entry.isDirectory()) await rm(join(uploads, entry.name), { force: true })
  await forgetParts(dir, now)
  // Refused when there is something left in it.
  await rmdir(uploads).catch(() => {})
}
