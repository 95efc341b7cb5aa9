import { KINDS, type Trial } from './trial.ts'

/** Nobody could read the exit status, and nothing is guessed. */
const UNTOLD = 'lost-contact'

/** What all trials together say. */
export function summarize(trials: readonly Trial[]): { text: string; failed: boolean } {
  const lines = [
    '| program, signal | trials | rows acknowledged | lost | right cause | cause untold | mail once | Slack once |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
  ]
  for (const kind of KINDS) {
    const own = trials.filter((trial) => trial.kind === kind)
    if (own.length > 0) lines.push(row(`${kind.program}, ${kind.signal ?? 'exit 7'}`, own))
  }
  lines.push(row('all', trials))
  const delays = trials.map(({ delay }) => delay).toSorted((a, b) => a - b)
  const at = (share: number): string => `${Math.round(delays[Math.floor((delays.length - 1) * share)] ?? 0)} ms`
  lines.push(
    '',
    `From the death to the last message: median ${at(0.5)}, 99 of 100 within ${at(0.99)}, longest ${at(1)}.`,
  )
  const failures = trials.filter((trial) => !isGood(trial))
  for (const { kind, cause, lost, dropped, mails, slackMessages } of failures.slice(0, 20))
    lines.push(
      `failed: ${kind.program}, ${kind.signal}: cause ${cause}, ${lost} rows lost, ${dropped} lines damaged, ${mails} mails, ${slackMessages} Slack messages`,
    )
  lines.push('', `${trials.length - failures.length} passed, ${failures.length} failed`)
  return { text: lines.join('\n'), failed: failures.length > 0 }
}

function isGood(trial: Trial): boolean {
  const { kind, lost, dropped, cause, mails, slackMessages } = trial
  return (
    lost === 0 &&
    dropped === 0 &&
    (kind.causes.includes(cause) || cause === UNTOLD) &&
    mails === 1 &&
    slackMessages === 1
  )
}

function row(title: string, trials: readonly Trial[]): string {
  const sum = (value: (trial: Trial) => number): number => trials.reduce((total, trial) => total + value(trial), 0)
  const share = (good: (trial: Trial) => boolean): string => `${trials.filter(good).length}`
  const cells = [
    title,
    String(trials.length),
    String(sum(({ acknowledged }) => acknowledged)),
    String(sum(({ lost }) => lost)),
    share(({ kind, cause }) => kind.causes.includes(cause)),
    share(({ cause }) => cause === UNTOLD),
    share(({ mails }) => mails === 1),
    share(({ slackMessages }) => slackMessages === 1),
  ]
  return `| ${cells.join(' | ')} |`
}
