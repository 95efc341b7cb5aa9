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
  /** Whose lines these are: what {@link CaptureOptions.writer} answers for them. */
  readonly owner: object
  /**
   * To whom what is written right now belongs. Absent answer: to nobody in particular; it goes to the one owner that
   * there is, and to none of several.
   */
  readonly writer: () => object | undefined
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
  const { streams, maxLength, clock, line: emit, owner, writer, of: { stdout, stderr } = process } = options
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
    tap(stream, writer, owner, (chunk, encoding) => apart(() => lines.take(chunk, encoding))),
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

type OnChunk = (chunk: unknown, encoding: unknown) => void

/** What is in the place of a stream's own `write`. */
interface Tap {
  readonly listeners: Map<object, OnChunk>
  readonly release: () => void
}

/** One a stream, however many runs there are: they end in any order. */
const taps = new WeakMap<NodeJS.WriteStream, Tap>()

/** @returns ends it. */
function tap(
  stream: NodeJS.WriteStream,
  writer: () => object | undefined,
  owner: object,
  onChunk: OnChunk,
): () => void {
  const known = taps.get(stream)
  const { listeners, release } = known ?? install(stream, writer)
  listeners.set(owner, onChunk)
  return () => {
    listeners.delete(owner)
    if (listeners.size === 0) release()
  }
}

function install(stream: NodeJS.WriteStream, writer: () => object | undefined): Tap {
  const listeners = new Map<object, OnChunk>()
  const own = Object.getOwnPropertyDescriptor(stream, 'write')
  // oxlint-disable-next-line typescript/unbound-method
  const original = stream.write
  const write = function (this: NodeJS.WriteStream, ...args: unknown[]): boolean {
    if (listeners.size > 0) listenerOf(listeners, writer())?.(args[0], args[1])
    return Reflect.apply(original, this, args)
  }
  stream.write = write
  const release = (): void => {
    taps.delete(stream)
    // Somebody has put theirs around ours meanwhile; ours only passes on from now.
    if (stream.write !== write) return
    if (own) Object.defineProperty(stream, 'write', own)
    else delete (stream as { write?: unknown }).write
  }
  const made = { listeners, release }
  taps.set(stream, made)
  return made
}

function listenerOf(listeners: ReadonlyMap<object, OnChunk>, owner: object | undefined): OnChunk | undefined {
  if (owner !== undefined) return listeners.get(owner)
  return listeners.size === 1 ? listeners.values().next().value : undefined
}
