import { readFileSync, statSync } from 'node:fs'
import { types } from 'node:util'
import { shown } from '../key.ts'
import type { Problem } from '../scalar.ts'

/** Largest file of a run, in bytes: it passes through the memory of the training. */
export const MAX_BYTES = 104_857_600
/** What an address begins with. The rest of it may hold a password, or be a whole picture. */
const ADDRESS = /^(?:[a-z][a-z\d+.-]*:\/\/|data:)/i

/** A path, a `file:` URL, or what such a file would hold. At most 100 MiB. */
export type MediaSource = string | URL | Uint8Array | ArrayBuffer

/** The bytes of a source, or what it is instead. */
export function bytesOf(source: unknown): Uint8Array | Problem {
  if (typeof source === 'string' || source instanceof URL) return fromFile(source)
  // Those of another realm are no instances of ours.
  const bytes = types.isAnyArrayBuffer(source) ? new Uint8Array(source) : source
  if (!types.isUint8Array(bytes)) return { problem: whatIs(source) }
  if (bytes.length > MAX_BYTES) return tooLarge(bytes.length)
  // Another thread may write to it while this one is writing it.
  return types.isSharedArrayBuffer(bytes.buffer) ? new Uint8Array(bytes) : bytes
}

export function tooLarge(size: number): Problem {
  return { problem: `${size} bytes, more than ${MAX_BYTES}` }
}

export function whatIs(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value !== 'object') return typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`
  const name: unknown = (value.constructor as { name?: unknown } | undefined)?.name
  return typeof name === 'string' && name !== '' && name !== 'Object'
    ? `an object of class ${shown(name)}`
    : 'an object'
}

function fromFile(path: string | URL): Uint8Array | Problem {
  const name = path instanceof URL && path.protocol === 'file:' ? path.pathname : String(path)
  const [scheme] = ADDRESS.exec(name) ?? []
  if (scheme !== undefined) return { problem: `an address (${shown(scheme)}…), and no path` }
  try {
    const stat = statSync(path)
    // A pipe would be waited for, and a device such as /dev/zero has no end.
    if (!stat.isFile()) return { problem: `the path of no file (${shown(name)})` }
    if (stat.size > MAX_BYTES) return tooLarge(stat.size)
    const bytes = readFileSync(path)
    return bytes.length > MAX_BYTES ? tooLarge(bytes.length) : bytes
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'it cannot be read'
    return { problem: `the path of no file (${shown(name)}: ${reason})` }
  }
}
