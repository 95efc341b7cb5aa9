import { closeSync, fstatSync, readSync } from 'node:fs'
import { basename } from 'node:path'
import { decodeRecord, JOURNAL_FILE, noRunIn, recordingState, type JournalRecord } from '@swanlab/journal'
import { openWithin, RowScanner } from '@swanlab/journal/internal'
import type { RunRow } from '../protocol/runs.ts'
import { addFact, noFacts, type RunFacts } from './run-facts.ts'

/** Bytes of the beginning that are read first; most headers are shorter. */
const HEAD = 16 * 1024
const LONGEST_HEAD = 4 * 1024 * 1024
/** Bytes of the end; of one that is full of other things, more, until there is a step. */
const TAIL = 64 * 1024
const LONGEST_TAIL = 256 * 1024

/** Rows of one run are mostly like those of another. */
const scanner = new RowScanner()

/** What a listing knows a run by. */
export type ListedRow = Omit<RunRow, 'key' | 'indexed'>

/** A row, and who records the run, as its journal says. */
export interface RecordedRow {
  readonly row: ListedRow
  readonly owner: RunFacts['process']
}

/**
 * A row of the list of runs, from the beginning and the end of a journal. Never throws: what cannot be read is a row that
 * says why.
 *
 * @param dir - Real path of the run folder.
 */
export function listRow(dir: string): RecordedRow {
  try {
    const fd = openWithin(dir, JOURNAL_FILE)
    try {
      const recorded = rowOf(dir, fd, fstatSync(fd).size)
      // Whoever wrote down how it ended let go of the run in between.
      return recorded.row.state === 'lost' ? rowOf(dir, fd, fstatSync(fd).size) : recorded
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    return { row: unreadable(dir, error instanceof Error ? error.message : String(error)), owner: undefined }
  }
}

/** Whether a run that was running when its row was made is so no longer, without a word in its journal. */
export function isAbandoned(dir: string, { row, owner }: RecordedRow): boolean {
  return row.state === 'running' && recordingState(dir, owner) === 'gone'
}

function rowOf(dir: string, fd: number, size: number): RecordedRow {
  const facts = noFacts()
  const header = headerOf(fd, size)
  if (!header) return { row: { ...unreadable(dir, noRunIn(dir).message), size }, owner: undefined }
  addFact(facts, header)
  const tail = recordsAtEnd(fd, size, TAIL)
  for (const record of tail) if (record.type !== 'header') addFact(facts, record)
  let lastStep = highestStep(tail)
  if (lastStep === undefined && size > TAIL) lastStep = highestStep(recordsAtEnd(fd, size, LONGEST_TAIL))
  return { row: { ...describe(dir, facts), lastStep, size }, owner: facts.process }
}

function highestStep(records: readonly JournalRecord[]): number | undefined {
  let highest: number | undefined
  for (const record of records) {
    const isRow = record.type === 'log' || record.type === 'media'
    const step = isRow ? record.step : record.type === 'finish' ? record.lastStep : undefined
    if (step !== undefined && !(step <= (highest ?? -1))) highest = step
  }
  return highest
}

/** How a run stands, from what is known of it. */
export function describe(dir: string, facts: Readonly<RunFacts>): Omit<ListedRow, 'lastStep' | 'size'> {
  const { run, process, config, parts, lastTime } = facts
  const last = parts.at(-1)
  const ended = last?.state !== undefined
  const gone = !ended && recordingState(dir, process) === 'gone'
  return {
    id: run?.id ?? basename(dir),
    name: run?.experimentName ?? basename(dir),
    project: run?.project ?? '',
    workspace: run?.workspace,
    description: run?.description,
    tags: run?.tags ?? [],
    state: last?.state ?? (gone ? 'lost' : 'running'),
    cause: last?.cause,
    error: last?.error,
    startTime: run?.startTime ?? 0,
    endTime: last?.endTime,
    lastTime,
    colors: run?.colors,
    config,
  }
}

export function unreadable(dir: string, problem: string): ListedRow {
  const name = basename(dir)
  const nothing = { project: '', tags: [], startTime: 0, lastTime: 0, size: 0, config: {} }
  return { ...nothing, id: name, name, state: 'unreadable', problem }
}

function headerOf(fd: number, size: number): JournalRecord | undefined {
  for (let bytes = HEAD; ; bytes *= 16) {
    const text = readText(fd, 0, Math.min(bytes, size))
    const end = text.indexOf('\n')
    // A journal whose first line is damaged may say what it is of in the next.
    if (end >= 0 || bytes >= size)
      return text
        .split('\n')
        .slice(0, 3)
        .map(decodeRecord)
        .find((record) => record?.type === 'header' || record?.type === 'resume')
    if (bytes >= LONGEST_HEAD) return undefined
  }
}

/** Values of rows are left out where that is quicker. */
function recordsAtEnd(fd: number, size: number, length: number): JournalRecord[] {
  const from = Math.max(0, size - length)
  const bytes = readBytes(fd, from, size)
  const records: JournalRecord[] = []
  // The first line was cut, unless it is the first of all.
  let at = from > 0 ? lineEnd(bytes, 0) + 1 : 0
  for (let end; at < bytes.length; at = end + 1) {
    end = lineEnd(bytes, at)
    if (end < bytes.length && scanner.scan(bytes, at) === end) {
      records.push({ type: 'log', step: scanner.step, time: scanner.time, data: {} })
      continue
    }
    const record = decodeRecord(bytes.toString('utf8', at, end))
    if (!record) continue
    if (record.type === 'log') scanner.learn(record.data)
    records.push(record)
  }
  return records
}

function lineEnd(bytes: Buffer, from: number): number {
  const at = bytes.indexOf('\n', from)
  return at < 0 ? bytes.length : at
}

function readText(fd: number, from: number, to: number): string {
  return readBytes(fd, from, to).toString()
}

function readBytes(fd: number, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(to - from)
  return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, from))
}
