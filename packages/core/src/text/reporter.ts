import { writeSync } from 'node:fs'
import type { Report, ReportLevel } from '../contract/report.ts'

export type { Report, ReportLevel } from '../contract/report.ts'

const ORDER = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 }
const COLOR = { debug: 90, info: 34, warn: 33, error: 31 }
/** Everything by which a terminal can be told to do something, except to begin a new line. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g

/** What is needed of a terminal. */
export interface TerminalStream {
  readonly isTTY?: boolean
  readonly fd?: number
  write(text: string | Uint8Array): unknown
}

/**
 * The default report: standard error, so that a program's own output stays pipeable, with SwanLab's prefix.
 *
 * @param level - The least level that is written; `silent` writes nothing.
 */
export function terminalReport(
  level: ReportLevel | 'silent' = 'info',
  stream: TerminalStream = process.stderr,
): Report {
  return (messageLevel, message) => {
    if (ORDER[messageLevel] < ORDER[level]) return
    const prefix =
      stream.isTTY && !process.env['NO_COLOR'] ? `\u001B[${COLOR[messageLevel]}mswanlab\u001B[0m:` : 'swanlab:'
    write(`${prefix} ${message.replaceAll(CONTROL, '\uFFFD').replaceAll('\n', `\n${prefix} `)}\n`, stream)
  }
}

/** A report that never throws, whatever the given one does. */
export function quietly(report: Report): Report {
  return (level, message) => {
    try {
      // An async function type-checks here.
      Promise.resolve(report(level, message) as unknown).catch(() => {})
    } catch {
      // There is nowhere left to report to.
    }
  }
}

/** Past the stream: its reader may be gone, and then a message of ours would end the program with EPIPE. */
function write(text: string, stream: TerminalStream): void {
  try {
    if (stream.fd === undefined) return void stream.write(text)
    const bytes = Buffer.from(text)
    const written = writeSync(stream.fd, bytes)
    // A full pipe takes a part, and is not a closed one: the stream can wait for its reader.
    if (written < bytes.length) stream.write(bytes.subarray(written))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') stream.write(text)
  }
}
