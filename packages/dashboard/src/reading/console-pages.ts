import { join } from 'node:path'
import { JOURNAL_FILE, JournalCursor } from '@swanlab/journal'
import type { ConsoleMatches, ConsolePage } from '../protocol/runs.ts'
import { LIMITS } from '../protocol/limits.ts'
import type { RunIndex } from './run-index.ts'

const CONSOLE = new Set(['console'] as const)
/** Characters of a line that are shown. */
const LONGEST_LINE = 16 * 1024
/** Bytes that are read before others have their turn. */
const SLICE = 4 * 1024 * 1024

/** Lines of the console from a number on. Yields while it looks for them, so that others have their turn. */
export function* consolePage(index: RunIndex, from: number, count: number): Generator<undefined, ConsolePage> {
  const total = index.facts.lines
  const lines: ConsolePage['lines'][number][] = []
  const most = Math.min(count, LIMITS.consoleLines, Math.max(0, total - from + 1))
  if (most === 0) return { lines, total }
  const end = index.offset
  const cursor = cursorAt(index, from)
  try {
    do {
      for (const record of cursor.read(SLICE)) {
        if (cursor.offset >= end) return { lines, total }
        if (record.type !== 'console' || record.line < from) continue
        const { line, level, text, time } = record
        const cut = text.length > LONGEST_LINE
        lines.push({ line, level, text: cut ? text.slice(0, LONGEST_LINE) : text, time, ...(cut && { cut }) })
        if (lines.length >= most) return { lines, total }
      }
      yield undefined
    } while (!cursor.atEnd)
  } finally {
    cursor.close()
  }
  return { lines, total }
}

/**
 * Numbers of the lines that hold a text, whatever its case. Yields while it searches, so that others have their turn.
 *
 * @param after - Number of the line behind which it begins.
 */
export function* findLines(index: RunIndex, text: string, after: number): Generator<undefined, ConsoleMatches> {
  const wanted = text.toLowerCase()
  const lines: number[] = []
  const cursor = cursorAt(index, after + 1)
  try {
    do {
      for (const record of cursor.read(SLICE)) {
        if (record.type !== 'console' || record.line <= after || !record.text.toLowerCase().includes(wanted)) continue
        if (lines.length >= LIMITS.matches) return { lines, more: true }
        lines.push(record.line)
      }
      yield undefined
    } while (!cursor.atEnd)
  } finally {
    cursor.close()
  }
  return { lines, more: false }
}

/** Where lines from a number on may be found. */
function cursorAt(index: RunIndex, line: number): JournalCursor {
  let from = 0
  for (const { lines } of index.places) {
    for (const [number, at] of lines) {
      if (number > line) break
      from = at
    }
  }
  return new JournalCursor(join(index.dir, JOURNAL_FILE), { from, only: CONSOLE })
}
