import { closeSync, createReadStream, fstatSync, readSync } from 'node:fs'
import type { FastifyReply } from 'fastify'
import { openWithin } from '@swanlab/journal/internal'
import { contentTypeOf, SNIFFED } from './content-type.ts'
import { PageError } from './page-error.ts'

/** Where media lies in a run folder; nothing else of it is served. */
const MEDIA = /^media\/(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0\\]{1,1000}$/

/**
 * Sends a file of a run, as what its bytes are. What is not known to be harmless is only ever downloaded.
 *
 * @throws PageError
 */
export function sendFile(reply: FastifyReply, dir: string, path: string): FastifyReply {
  if (!MEDIA.test(path)) throw new PageError(404, 'There is no such file in this run.')
  let fd: number
  try {
    fd = openWithin(dir, path)
  } catch {
    throw new PageError(404, 'There is no such file in this run.')
  }
  const { type, size } = lookAt(fd)
  return reply
    .type(type)
    .header('content-length', size)
    .header('content-disposition', 'attachment')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .send(createReadStream('', { fd, start: 0, end: Math.max(0, size - 1) }))
}

function lookAt(fd: number): { readonly type: string; readonly size: number } {
  try {
    const start = Buffer.alloc(SNIFFED)
    const type = contentTypeOf(start.subarray(0, readSync(fd, start, 0, SNIFFED, 0)))
    return { type, size: fstatSync(fd).size }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}
