import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { JournalReader } from '../../packages/journal/src/format/reader.ts'
import type { FinishRecord } from '../../packages/journal/src/format/records.ts'
import type { Receivers } from './receivers.ts'

const PROGRAM = fileURLToPath(new URL('program.mjs', import.meta.url))
/** How long the messages of a dead program may take, in milliseconds. */
const TIMEOUT = 10_000
/** How long is waited for messages that should not come, in milliseconds. */
const SILENCE = 300

/** What is done to a program, to which program, and what must be found. */
export interface Kind {
  readonly program: string
  readonly signal: NodeJS.Signals | undefined
  /** Wait before the signal, in milliseconds. */
  readonly after?: number
  /** Random wait on top of it, at the most, in milliseconds. */
  readonly within: number
  readonly causes: readonly string[]
}

export const KINDS: readonly Kind[] = [
  { program: 'sync loop', signal: 'SIGKILL', within: 400, causes: ['killed'] },
  { program: 'async loop', signal: 'SIGKILL', within: 400, causes: ['killed'] },
  { program: 'many keys', signal: 'SIGKILL', within: 400, causes: ['killed'] },
  { program: 'right after init', signal: 'SIGKILL', within: 5, causes: ['killed'] },
  { program: 'first record', signal: 'SIGKILL', within: 20, causes: ['killed'] },
  { program: 'during finish', signal: 'SIGKILL', within: 300, causes: ['killed', 'none'] },
  { program: 'async loop', signal: 'SIGTERM', within: 300, causes: ['signal'] },
  // A loop that never yields gets its signals back from the tracker once it has been seen not to yield.
  { program: 'sync loop', signal: 'SIGTERM', after: 900, within: 300, causes: ['signal'] },
  { program: 'async loop', signal: 'SIGHUP', within: 300, causes: ['signal'] },
  { program: 'reallyExit', signal: undefined, within: 0, causes: ['exit'] },
]

/** What one killed program left. */
export interface Trial {
  readonly kind: Kind
  readonly acknowledged: number
  /** Acknowledged rows that are not in the journal. */
  readonly lost: number
  readonly dropped: number
  readonly cause: string
  readonly mails: number
  readonly slackMessages: number
  /** Milliseconds from the death to the last of the messages. */
  readonly delay: number
}

export async function runTrial(number: number, kind: Kind, folder: string, receivers: Receivers): Promise<Trial> {
  const name = `trial-${number}-end`
  const ack = join(folder, `ack-${number}`)
  const order = {
    kind: kind.program,
    name,
    logdir: join(folder, 'swanlog'),
    ack,
    smtpPort: receivers.smtpPort,
    slackUrl: receivers.slackUrl,
  }
  const child = fork(PROGRAM, [JSON.stringify(order)], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const dir = await new Promise<string>((resolve, reject) => {
    child.once('message', (message: { dir: string }) => resolve(message.dir))
    child.once('exit', (code) => reject(new Error(`${kind.program} ended with ${code} before it began`)))
  })
  if (kind.signal) {
    await sleep((kind.after ?? 0) + Math.random() * kind.within)
    child.kill(kind.signal)
  }
  await exit
  const death = performance.now()
  const arrived = (): [number, number] => [
    receivers.mails.filter((subject) => subject.includes(name)).length,
    receivers.slackMessages.filter((text) => text.includes(name)).length,
  ]
  while (arrived().some((messages) => messages === 0) && performance.now() - death < TIMEOUT) await sleep(5)
  const delay = performance.now() - death
  await sleep(SILENCE)
  const [mails, slackMessages] = arrived()
  return { kind, ...remains(dir, ack), mails, slackMessages, delay }
}

function remains(dir: string, ack: string): Pick<Trial, 'acknowledged' | 'lost' | 'dropped' | 'cause'> {
  const acknowledged = Number(readFileSync(ack, 'utf8').trim() || 0)
  const reader = new JournalReader(join(dir, 'journal.jsonl'))
  let rows = 0
  let finish: FinishRecord | undefined
  for (const record of reader) {
    if (record.type === 'log') rows++
    else if (record.type === 'finish') finish = record
  }
  const cause = finish ? (finish.cause?.type ?? 'none') : 'no finish record'
  // A line that the kill tore was never acknowledged.
  return {
    acknowledged,
    lost: Math.max(0, acknowledged - rows),
    dropped: Math.max(0, reader.damage.dropped - 1),
    cause,
  }
}
