import { closeSync, readFile } from 'node:fs'
import { extname } from 'node:path'
import { promisify } from 'node:util'
import { SwanLabError } from '@swanlab/core/internal'
import { openWithin } from '@swanlab/journal/internal'
import { CloudError } from './cloud-error.ts'
import type { Destination } from './destination.ts'

const readOpen = promisify(readFile)
/** Files on their way at the same time. */
const PARALLEL = 8
/** Where media lie in a run folder. */
const FOLDER = 'media/'
const TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.bmp': 'image/bmp',
  '.webp': 'image/webp',
  '.wav': 'audio/wav',
  '.mp4': 'video/mp4',
  '.txt': 'text/plain',
  '.json': 'application/json',
  '.html': 'text/html',
}

/**
 * Puts the files of media records where the server says. One that is not there any more is reported and left out.
 *
 * @returns how many were left out.
 */
export async function sendMedia(
  to: Destination,
  items: readonly { readonly data: readonly string[] }[],
): Promise<number> {
  const { session, target, dir, call, missing } = to
  const files = new Map<string, Buffer>()
  let left = 0
  for (const path of new Set(items.flatMap(({ data }) => data))) {
    // Old clients put short texts here as they are.
    if (!path.startsWith(FOLDER)) continue
    const content = await contentOf(dir, path)
    if (typeof content === 'string') {
      missing(content)
      left++
    } else files.set(path, content)
  }
  if (files.size === 0) return left
  const paths = [...files.keys()]
  const body = { experimentId: target.experimentId, paths }
  const { urls } = ((await session.request('POST', '/resources/presigned/put', body, call)).json ?? {}) as {
    urls?: unknown
  }
  if (!Array.isArray(urls) || urls.length !== paths.length || !urls.every((url) => typeof url === 'string'))
    throw new CloudError('POST presigned: the answer does not fit the question', { status: 500 })
  const waiting = paths.map((path, at) => ({ path, url: urls[at] as string }))
  const work = async (): Promise<void> => {
    for (let one = waiting.pop(); one; one = waiting.pop()) {
      try {
        const type = TYPES[extname(one.path).toLowerCase()] ?? 'application/octet-stream'
        await session.put(one.url, files.get(one.path)!, type, call)
      } catch (error) {
        // An address that has expired is refused, and the next attempt gets a new one.
        throw error instanceof CloudError && error.remedy === 'login'
          ? new CloudError(error.message, { cause: error })
          : error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(PARALLEL, paths.length) }, work))
  return left
}

/** What is to be sent, or why it is not. Only what this user has put into the run folder leaves the machine. */
async function contentOf(dir: string, path: string): Promise<Buffer | string> {
  try {
    const fd = openWithin(dir, path, { owner: 'own' })
    try {
      return await readOpen(fd)
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    if (error instanceof SwanLabError) return error.message
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? `${path} is not in the run folder any more.` : `${path} cannot be read (${code}).`
  }
}
