import { closeSync, createReadStream, fstatSync, readSync } from 'node:fs'
import type { FastifyReply } from 'fastify'
import { openWithin } from '@swanlab/journal/internal'
import { contentTypeOf, SNIFFED } from './content-type.ts'
import { PageError } from './page-error.ts'

/** Where media lies in a run folder; nothing else of it is served. */
const MEDIA = /^media\/(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0\\]{1,1000}$/

export const FRAME_TYPES: readonly ['text/html', 'image/svg+xml'] = ['text/html', 'image/svg+xml']
/** What is shown in a frame of its own. */
export type FrameType = (typeof FRAME_TYPES)[number]

/** It may look as it likes, with what it holds itself: it runs nothing, asks for nothing, and leads nowhere. */
const FRAME_POLICY = [
  'sandbox',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  'media-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ')

/**
 * Sends a file of a run, as what its bytes are. What is not known to be harmless is only ever downloaded.
 *
 * @throws PageError
 */
export function sendFile(reply: FastifyReply, dir: string, path: string): FastifyReply {
  const { fd, type, size } = openMedia(dir, path)
  return reply
    .type(type)
    .header('content-length', size)
    .header('content-disposition', 'attachment')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .send(createReadStream('', { fd, start: 0, end: Math.max(0, size - 1) }))
}

/** Sends a file for a frame. @throws PageError */
export function sendFrame(reply: FastifyReply, dir: string, path: string, type: FrameType): FastifyReply {
  const { fd, size } = openMedia(dir, path)
  return reply
    .type(`${type}; charset=utf-8`)
    .header('content-length', size)
    .header('content-security-policy', FRAME_POLICY)
    .send(createReadStream('', { fd, start: 0 }))
}

function openMedia(dir: string, path: string): { readonly fd: number; readonly type: string; readonly size: number } {
  if (!MEDIA.test(path)) throw noSuchFile()
  let fd: number
  try {
    fd = openWithin(dir, path)
  } catch {
    throw noSuchFile()
  }
  try {
    const start = Buffer.alloc(SNIFFED)
    const type = contentTypeOf(start.subarray(0, readSync(fd, start, 0, SNIFFED, 0)))
    return { fd, type, size: fstatSync(fd).size }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

const noSuchFile = (): PageError => new PageError(404, 'There is no such file in this run.')
