import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { JournalReader } from '../../packages/journal/src/format/reader.ts'
import { JOURNAL_FILE, type FinishRecord } from '../../packages/journal/src/format/records.ts'
import { momentsIn, start, until, type RecordedMoment, type Program } from '../background/start.ts'
import { startReceivers, type Receivers } from '../kill/receivers.ts'
import { compiled } from '../compiled.ts'
import { expectNoOrphans } from '../orphans.ts'
import type { Order } from './order.ts'

/** How long a `finish` waits for what does not come, in milliseconds. One that has waited for nothing takes a second. */
export const TIMEOUT = 30_000

/** A program under way, with everything that can be found out about it from outside. */
export interface Hardship extends Program {
  /** Moments that the recorder has written down. */
  moments(): RecordedMoment[]
  acknowledged(): number
  // oxlint-disable-next-line typescript/no-explicit-any
  outcome(): any
  /** Subjects of its mails and texts of its messages that say how it ended. */
  messages(): { mails: string[]; slack: string[] }
  /** Waits until the recorder and both receivers have been given the end. @returns what the recorder was given. */
  // oxlint-disable-next-line typescript/no-explicit-any
  end(): Promise<any>
}

export interface Place {
  readonly folder: string
  readonly logdir: string
  /** @param flags - Of Node. @param through - The command that starts Node. */
  start(
    order: Pick<Order, 'how'> & Partial<Order>,
    flags?: readonly string[],
    through?: readonly string[],
  ): Promise<Hardship>
}

/** A folder with a logdir, and receivers, for each test. After it, no process may be left. */
export function useTestFolder(): () => Place {
  let folder: string
  let receivers: Receivers
  let logdirs: Set<string>
  const programs: Program[] = []
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hardships-'))
    logdirs = new Set()
    receivers = await startReceivers()
  })
  afterEach(async () => {
    for (const { child } of programs.splice(0)) child.kill('SIGKILL')
    try {
      for (const logdir of logdirs) await expectNoOrphans(logdir)
    } finally {
      await receivers.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })

  let count = 0
  const place = (): Place => ({
    folder,
    logdir: join(folder, 'swanlog'),
    start: async (given, flags = [], through) => {
      const name = `hardship-${++count}-end`
      const at = (what: string): string => join(folder, `${name}.${what}`)
      const order: Order = {
        name,
        logdir: join(folder, 'swanlog'),
        moments: at('moments'),
        acknowledged: at('acknowledged'),
        outcome: at('outcome'),
        slackUrl: receivers.slackUrl,
        smtpPort: receivers.smtpPort,
        ...given,
      }
      logdirs.add(order.logdir)
      const program = await start({ ...order }, [...flags, compiled('hardships/program')], through)
      programs.push(program)
      return hardship(program, order, receivers)
    },
  })
  return place
}

function hardship(program: Program, order: Order, receivers: Receivers): Hardship {
  const found: Omit<Hardship, keyof Program | 'end'> = {
    moments: () => momentsIn(order.moments),
    acknowledged: () => Number(readFileSync(order.acknowledged, 'utf8').trim() || 0),
    outcome: () => JSON.parse(readFileSync(order.outcome, 'utf8')) as unknown,
    messages: () => ({
      mails: receivers.mails.filter((subject) => subject.includes(order.name) && isEnd(subject)),
      slack: receivers.slackMessages.filter((text) => text.includes(order.name) && isEnd(text)),
    }),
  }
  return {
    ...program,
    ...found,
    end: async () => {
      const arrived = (): boolean => {
        const { mails, slack } = found.messages()
        return (
          found.moments().some(({ moment }) => moment === 'finish') &&
          (!order.smtpPort || mails.length > 0) &&
          (!order.slackUrl || slack.length > 0)
        )
      }
      await until('the end is recorded, and the messages have arrived', arrived)
      return found.moments().findLast(({ moment }) => moment === 'finish')!.payload as unknown
    },
  }
}

/** Does a message say how the run ended? Its alerts are messages, too. */
function isEnd(text: string): boolean {
  return /finished|crashed|aborted|stopped/i.test(text)
}

export interface Journal {
  readonly rows: number
  readonly finishes: readonly FinishRecord[]
  readonly dropped: number
}

export function journalIn(dir: string): Journal {
  const reader = new JournalReader(join(dir, JOURNAL_FILE))
  const records = existsSync(join(dir, JOURNAL_FILE)) ? [...reader] : []
  return {
    rows: records.filter(({ type }) => type === 'log').length,
    finishes: records.filter((record) => record.type === 'finish'),
    dropped: reader.damage.dropped,
  }
}
