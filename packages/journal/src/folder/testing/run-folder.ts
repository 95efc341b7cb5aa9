import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { getRun, type Report, type Run } from '@swanlab/core'
import { JOURNAL_FILE, type JournalRecord } from '../../format/records.ts'

/** A folder for the runs of one test, and what the library had to say meanwhile. */
export interface RunFolder {
  readonly logdir: string
  /** Messages above `info`, with their level. */
  readonly reports: string[]
  readonly report: Report
  /** Names in the folder. */
  names(): readonly string[]
  /** Records of the journal, optionally those of one type. */
  journal(run: Run, type?: JournalRecord['type']): readonly JournalRecord[]
}

/** To be called where a file or a `describe` begins: every test gets a folder of its own, and leaves no run behind. */
export function useRunFolder(): RunFolder {
  const folder: RunFolder & { logdir: string } = {
    logdir: '',
    reports: [],
    report: (level, message) => {
      if (level === 'warn' || level === 'error') folder.reports.push(`${level}: ${message}`)
    },
    names: () => readdirSync(folder.logdir).toSorted(),
    journal: (run, type) => {
      const records = readFileSync(join(run.dir!, JOURNAL_FILE), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as JournalRecord)
      return type === undefined ? records : records.filter((record) => record.type === type)
    },
  }
  beforeEach(() => {
    folder.logdir = mkdtempSync(join(tmpdir(), 'swanlab-runs-'))
    folder.reports.length = 0
  })
  afterEach(async () => {
    await getRun()?.finish()
    rmSync(folder.logdir, { recursive: true, force: true })
  })
  return folder
}
