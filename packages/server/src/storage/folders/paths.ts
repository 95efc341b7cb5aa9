import { isAbsolute, join, normalize, sep } from 'node:path'
import { digest } from '../../ids.ts'

const MAX_PATH = 8_192
/** Of one part of a path, in bytes; file systems end at 255, and a temporary name is longer than its file's. */
const MAX_SEGMENT = 200

/** A name as one folder: whatever it is, it leads nowhere else. */
export function folderOf(name: string): string {
  return encodeURIComponent(name).replaceAll('*', '%2A').replace(/^\./, '%2E').slice(0, 240)
}

/** The name that a folder was made for. */
export function nameIn(folder: string): string {
  try {
    return decodeURIComponent(folder)
  } catch {
    return folder
  }
}

/** A path that a client named, inside a folder; undefined when it leads out of it, or is none. */
export function inside(folder: string, path: string): string | undefined {
  if (path === '' || path.length > MAX_PATH || path.includes('\0') || path.includes('\\')) return undefined
  const normal = normalize(path)
  if (isAbsolute(normal) || normal === '.' || normal === '..' || normal.startsWith(`..${sep}`) || normal.endsWith(sep))
    return undefined
  return join(folder, ...normal.split(sep).map(shortened))
}

/** Keys in other scripts than Latin become long when they are quoted. The same name is always shortened to the same. */
function shortened(segment: string): string {
  const bytes = Buffer.from(segment)
  if (bytes.length <= MAX_SEGMENT) return segment
  // No part of a character, and no half of a quoted one.
  const start = bytes
    .subarray(0, MAX_SEGMENT - 60)
    .toString('utf8')
    .replace(/(?:\uFFFD|%[0-9A-Fa-f]?)$/, '')
  return `${start}~${digest(segment).slice(0, 16)}${/\.[0-9A-Za-z]{1,8}$/.exec(segment)?.[0] ?? ''}`
}
