import type { IpcMessage } from './ipc-messages.ts'

const TYPES: ReadonlySet<unknown> = new Set<IpcMessage['type']>([
  'up',
  'report',
  'alert',
  'log',
  'stop',
  'awaited',
  'settled',
])
/** Of what callbacks print, the longest line that is passed on, in characters. */
const LONGEST = 1_000

/**
 * What a line of the background process's standard output says. Callbacks may print there, too: the user sees it as they
 * would if the callback lived in the training. Absent: nothing.
 */
export function parseMessage(line: string): IpcMessage | undefined {
  if (line.trim() === '') return undefined
  return parse(line) ?? { type: 'report', level: 'info', message: line.slice(0, LONGEST) }
}

function parse(line: string): IpcMessage | undefined {
  try {
    const message = JSON.parse(line) as IpcMessage | null
    return TYPES.has(message?.type) ? message! : undefined
  } catch {
    return undefined
  }
}
