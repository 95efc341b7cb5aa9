import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { SwanLabError } from '../contract/error.ts'
import { parseJson } from './json.ts'
import { ParseFailure, type Parsed } from './parsed.ts'
import { quote, showPath } from './show.ts'
import { parseYaml } from './yaml.ts'

const MEBIBYTE = 2 ** 20

// Parsing YAML costs some microseconds a byte, JSON a hundredth of that.
const FORMATS: Readonly<Record<string, { most: number; parse: (text: string) => Parsed | Promise<Parsed> }>> = {
  '.json': { most: 8 * MEBIBYTE, parse: parseJson },
  '.yaml': { most: MEBIBYTE, parse: parseYaml },
  '.yml': { most: MEBIBYTE, parse: parseYaml },
}

/** A JSON or YAML file whose top level is a mapping. */
export interface MappingFile {
  readonly data: Readonly<Record<string, unknown>>
  /** `file:line:column` of the value at `path`, or the file alone when the value is not written in one place. */
  readonly place: (path: readonly PropertyKey[]) => string
}

/**
 * Reads a configuration or load file. At most 8 MiB of JSON or 1 MiB of YAML, UTF-8, 100 levels deep.
 *
 * @param purpose - What the file is called in messages.
 * @throws SwanLabError `INVALID_FILE`, naming the file and, where there is one, line and column.
 */
export async function readMappingFile(purpose: string, path: string, cwd: string): Promise<MappingFile> {
  const format = FORMATS[extname(path).toLowerCase()]
  if (!format) refuse(`The ${purpose} file must end in .json, .yaml or .yml, but got ${quote(path)}`)
  const file = resolve(cwd, path)
  const shown = showPath(file)
  const text = await readText(file, format.most).catch((error: unknown) =>
    refuse(`The ${purpose} file ${shown} ${reasonOf(error)}`),
  )
  try {
    if (text.trim() === '') throw new ParseFailure('it is empty')
    const { data, offsetOf } = await format.parse(text)
    if (!isMapping(data)) throw new ParseFailure('its top level must be a mapping from names to values', 0)
    return { data, place: (keys) => place(shown, text, offsetOf(keys)) }
  } catch (error) {
    if (!(error instanceof ParseFailure)) throw error
    return refuse(`The ${purpose} file cannot be used; ${place(shown, text, error.offset)}: ${error.message}`)
  }
}

async function readText(file: string, most: number): Promise<string> {
  // Without O_NONBLOCK, opening a named pipe waits for somebody to write into it.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!(await handle.stat()).isFile()) throw new ParseFailure('is not a regular file')
    const chunks: Buffer[] = []
    for await (const chunk of handle.createReadStream({ end: most, autoClose: false })) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    if (bytes.length > most) throw new ParseFailure(`is larger than ${most / MEBIBYTE} MiB`)
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } finally {
    await handle.close()
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'is not UTF-8 text',
}

function reasonOf(error: unknown): string {
  if (error instanceof ParseFailure) return error.message
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
  return REASONS[code] ?? `cannot be read (${code})`
}

function place(file: string, text: string, offset: number | undefined): string {
  if (offset === undefined) return file
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return `${file}:${line}:${offset - before.lastIndexOf('\n')}`
}

function isMapping(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data)
}

function refuse(message: string): never {
  throw new SwanLabError('INVALID_FILE', `${message}.`)
}
