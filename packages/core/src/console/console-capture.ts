import type { ConsoleLine } from '../contract/payloads.ts'
import { Flood } from './flood.ts'
import { LineSplitter } from './line-splitter.ts'

/** A line that has no number yet. */
type Line = Omit<ConsoleLine, 'line'>

export interface CaptureOptions {
  /** Which of the program's streams are captured. */
  readonly streams: 'all' | 'stdout' | 'stderr' | 'none'
  /** Longer lines are cut, in characters. */
  readonly maxLength: number
  readonly clock: () => number
  readonly line: (line: Line) => void
  /** Whose streams. Default: this process. */
  readonly of?: Pick<NodeJS.Process, 'stdout' | 'stderr'>
}

export interface ConsoleCapture {
  /** Emits what it still holds back: lines without an end, and the last ones of a flood. */
  flush(): void
  /** Ends it, and gives the streams back as they were found. */
  stop(): void
}

/**
 * Captures the lines that a program writes to its terminal. What is written goes its way unchanged; what is captured is
 * what a person sees in the end: of a progress bar its last state, no colours, no blank lines. Of a flood the first and
 * the last lines of each second are captured, and how many there were between.
 *
 * Writing past Node's streams, as `fs.writeSync(1, …)`, native code and child processes with inherited streams do, is not
 * captured. Secrets are taken out of lines by the run that they are given to.
 *
 * @throws whatever `process.stdout` or `process.stderr` throws; nothing has been changed then.
 */
export function captureConsole(options: CaptureOptions): ConsoleCapture {
  const { streams, maxLength, clock, line: emit, of: { stdout, stderr } = process } = options
  const flood = new Flood<Line>(emit, (count, { level, time }) =>
    emit({ level, text: `… ${count} lines left out …`, time }),
  )
  const splitter = (level: 'info' | 'warn'): LineSplitter =>
    new LineSplitter(maxLength, (text) => flood.take({ level, text, time: clock() }))
  const wanted = [
    ...(streams === 'all' || streams === 'stdout' ? [{ stream: stdout, lines: splitter('info') }] : []),
    ...(streams === 'all' || streams === 'stderr' ? [{ stream: stderr, lines: splitter('warn') }] : []),
  ]
  let busy = false
  const apart = (work: () => void): void => {
    // Re-entrant: whoever is given a line may write one.
    if (busy) return
    busy = true
    try {
      work()
    } catch {
      // What a program writes is the program's affair, whether it can be captured or not.
    } finally {
      busy = false
    }
  }
  const releases = wanted.map(({ stream, lines }) =>
    tap(stream, (chunk, encoding) => apart(() => lines.take(chunk, encoding))),
  )
  const flush = (): void =>
    apart(() => {
      for (const { lines } of wanted) lines.flush()
      flood.flush()
    })
  return {
    flush,
    stop: () => {
      for (const release of releases) release()
      flush()
    },
  }
}

/** @returns ends it. */
function tap(stream: NodeJS.WriteStream, onChunk: (chunk: unknown, encoding: unknown) => void): () => void {
  const own = Object.getOwnPropertyDescriptor(stream, 'write')
  // oxlint-disable-next-line typescript/unbound-method
  const original = stream.write
  let active = true
  const write = function (this: NodeJS.WriteStream, ...args: unknown[]): boolean {
    if (active) onChunk(args[0], args[1])
    return Reflect.apply(original, this, args)
  }
  stream.write = write
  return () => {
    active = false
    // Somebody has put theirs around ours meanwhile; ours only passes on from now.
    if (stream.write !== write) return
    if (own) Object.defineProperty(stream, 'write', own)
    else delete (stream as { write?: unknown }).write
  }
}
