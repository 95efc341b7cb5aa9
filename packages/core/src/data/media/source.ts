import { readFileSync, statSync } from 'node:fs'
import { shown } from '../key.ts'
import type { Problem } from '../scalar.ts'

/** Largest file of a run, in bytes: it passes through the memory of the training. */
export const MAX_BYTES = 104_857_600

/** A path, a `file:` URL, or what such a file would hold. */
export type MediaSource = string | URL | Uint8Array | ArrayBuffer

/** The bytes of a source, or what it is instead. */
export function bytesOf(source: unknown): Uint8Array | Problem {
  if (typeof source === 'string' || source instanceof URL) return fromFile(source)
  const bytes = source instanceof ArrayBuffer ? new Uint8Array(source) : source
  if (!(bytes instanceof Uint8Array)) return { problem: whatIs(source) }
  return bytes.length > MAX_BYTES ? tooLarge(bytes.length) : bytes
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
  try {
    const { size } = statSync(path)
    return size > MAX_BYTES ? tooLarge(size) : readFileSync(path)
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'it cannot be read'
    return { problem: `the path of no file (${shown(String(path))}: ${reason})` }
  }
}
