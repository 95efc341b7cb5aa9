import type { News } from './messages.ts'

const TYPES: ReadonlySet<unknown> = new Set<News['type']>(['up', 'report', 'alert', 'awaited', 'settled'])
/** Of what callbacks print, the longest line that is passed on, in characters. */
const LONGEST = 1_000

/**
 * What a line of the background process's standard output says. Callbacks may print there, too: the user sees it as they
 * would if the callback lived in the training. Absent: nothing.
 */
export function newsIn(line: string): News | undefined {
  if (line.trim() === '') return undefined
  return parse(line) ?? { type: 'report', level: 'info', message: line.slice(0, LONGEST) }
}

function parse(line: string): News | undefined {
  try {
    const news = JSON.parse(line) as News | null
    return TYPES.has(news?.type) ? news! : undefined
  } catch {
    return undefined
  }
}
