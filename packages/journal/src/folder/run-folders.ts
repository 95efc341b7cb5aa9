import { closeSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { SwanLabError, type Report } from '@swanlab/core/internal'
import { openWithin, type Owner } from '../files/safe-open.ts'
import { decodeRecord, JOURNAL_FILE, type HeaderRecord } from '../format/records.ts'

const FOLDER = /^run-\d{8}_\d{6}-(.+?)(?:\.\d+)?$/
/** What of a file is read first, in bytes: most headers are shorter. */
const FIRST_READ = 16_384
/** A longer header is taken for damage; the configuration is in it. */
const MAX_HEADER = 67_108_864

/** A run never moves to another project, so its header is read once a process. */
const projects = new Map<string, string>()
const MAX_PROJECTS = 100_000

/** `run-<YYYYMMDD_HHmmss>-<id>`, in local time. */
export function folderName(id: string, time: number): string {
  const at = new Date(time)
  const two = (part: number): string => String(part).padStart(2, '0')
  const date = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`
  return `run-${date}_${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}-${id}`
}

/** Number of runs of a project in a logdir. */
export function countRuns(logdir: string, project: string): number {
  return folders(logdir).filter((name) => projectOf(join(logdir, name)) === project).length
}

/** The newest folder of the run with this id that is this user's own. Others are named, and left alone. */
export function findRun(logdir: string, id: string, report: Report): { dir: string; header: HeaderRecord } | undefined {
  const candidates = folders(logdir).filter((name) => FOLDER.exec(name)?.[1] === id)
  for (const name of candidates.toSorted().toReversed()) {
    const dir = join(logdir, name)
    try {
      const header = readHeader(dir, 'own')
      if (header?.run.id === id) return { dir, header }
    } catch (error) {
      if (error instanceof SwanLabError) report('warn', `${id} is not continued there: ${error.message}`)
    }
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

function projectOf(dir: string): string | undefined {
  const known = projects.get(dir)
  if (known !== undefined) return known
  const project = projectIn(dir)
  // A run that is just being made has no header yet: that must not be remembered.
  if (project !== undefined && projects.size < MAX_PROJECTS) projects.set(dir, project)
  return project
}

function projectIn(dir: string): string | undefined {
  try {
    return readHeader(dir, 'any')?.run.project
  } catch {
    return undefined
  }
}

function readHeader(dir: string, owner: Owner): HeaderRecord | undefined {
  const fd = openWithin(dir, JOURNAL_FILE, { owner })
  try {
    const record = decodeRecord(firstLine(fd))
    return record?.type === 'header' ? record : undefined
  } finally {
    closeSync(fd)
  }
}

/** Empty: there is none, or not yet a whole one. */
function firstLine(fd: number): string {
  for (let size = FIRST_READ; size <= MAX_HEADER; size *= 2) {
    const bytes = Buffer.alloc(size)
    const read = readSync(fd, bytes, 0, size, 0)
    const end = bytes.indexOf('\n')
    if (end >= 0) return bytes.toString('utf8', 0, end)
    if (read < size) break
  }
  return ''
}
