import { openSync, readSync, closeSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { decodeRecord, JOURNAL_FILE, type HeaderRecord } from '../journal/records.ts'

const FOLDER = /^run-\d{8}_\d{6}-(.+?)(?:\.\d+)?$/
/** A header is read with one call; one longer than this is taken for damage. */
const HEADER_SIZE = 65_536

/** A run folder never changes its identity, so it is read once a process. */
const identities = new Map<string, HeaderRecord | undefined>()
const MAX_IDENTITIES = 100_000

/** `run-<YYYYMMDD_HHmmss>-<id>`, in local time. */
export function folderName(id: string, time: number): string {
  const at = new Date(time)
  const two = (part: number): string => String(part).padStart(2, '0')
  const date = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`
  return `run-${date}_${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}-${id}`
}

/** Number of runs of a project in a logdir. */
export function countRuns(logdir: string, project: string): number {
  let count = 0
  for (const name of folders(logdir)) if (headerOf(join(logdir, name))?.run.project === project) count++
  return count
}

/** The newest folder of the run with this id. */
export function findRun(logdir: string, id: string): { dir: string; header: HeaderRecord } | undefined {
  const candidates = folders(logdir).filter((name) => FOLDER.exec(name)?.[1] === id)
  for (const name of candidates.sort().reverse()) {
    const dir = join(logdir, name)
    const header = headerOf(dir)
    if (header?.run.id === id) return { dir, header }
  }
  return undefined
}

function folders(logdir: string): string[] {
  try {
    return readdirSync(logdir).filter((name) => FOLDER.test(name))
  } catch {
    return []
  }
}

function headerOf(dir: string): HeaderRecord | undefined {
  if (identities.has(dir)) return identities.get(dir)
  const header = readHeader(join(dir, JOURNAL_FILE))
  // A run that is just being made has no header yet: that must not be remembered.
  if (header && identities.size < MAX_IDENTITIES) identities.set(dir, header)
  return header
}

function readHeader(path: string): HeaderRecord | undefined {
  let fd: number | undefined
  try {
    fd = openSync(path, 'r')
    const bytes = Buffer.alloc(HEADER_SIZE)
    const text = bytes.toString('utf8', 0, readSync(fd, bytes))
    const record = decodeRecord(text.slice(0, Math.max(0, text.indexOf('\n'))))
    return record?.type === 'header' ? record : undefined
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
