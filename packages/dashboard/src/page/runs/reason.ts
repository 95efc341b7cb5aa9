import type { RunRow } from '../../protocol/runs.ts'
import type { MESSAGES } from '../text/messages.ts'

type MessageKey = keyof typeof MESSAGES

/** Causes that are said in the language of the page, by what {@link reasonOf} calls them. */
const SAID: Readonly<Record<string, MessageKey>> = {
  killed: 'why.killed',
  'oom-killed': 'why.memory',
  'lost-contact': 'why.lost',
  lost: 'why.lost',
}

/** Why a run did not end well, in a word or a line; empty where there is nothing to say. */
export function reasonOf({ state, cause, error, problem }: RunRow): string {
  if (state === 'unreadable') return firstLine(problem)
  if (state === 'running' || state === 'finished') return ''
  switch (cause?.type) {
    case 'killed':
    case 'oom-killed':
    case 'lost-contact':
    case 'lost':
      return cause.type
    case 'signal':
    case 'crashed-natively':
      return cause.signal
    case 'exit':
      return `exit ${cause.code}`
    default:
      return firstLine(error?.message) || (error?.name ?? '')
  }
}

/** How a reason reads. @param t - Says a message. */
export function reasonText(reason: string, t: (key: MessageKey) => string): string {
  const known = Object.hasOwn(SAID, reason) ? SAID[reason] : undefined
  return known === undefined ? reason : t(known)
}

function firstLine(text = ''): string {
  return text.split('\n', 1)[0]!
}
