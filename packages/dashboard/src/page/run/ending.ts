import type { Cause, ErrorInfo } from '@swanlab/core'
import type { ColumnSummary, ShownState, WireNumber } from '../../protocol/runs.ts'
import type { Values } from '../text/fill.ts'
import type { ScreenMessage } from '../text/screen-messages.ts'

/** What is known of how a run, or a part of it, stands. */
export interface Standing {
  readonly state: ShownState
  readonly cause?: Cause | undefined
  readonly error?: ErrorInfo | undefined
  readonly problem?: string | undefined
}

/** How things are said: in the language of the page, or of a test. */
export interface Words {
  readonly say: (key: ScreenMessage, values?: Values) => string
  readonly duration: (milliseconds: number) => string
  readonly value: (value: WireNumber) => string
}

interface Known {
  /** Milliseconds. */
  readonly duration?: number | undefined
  readonly lastStep?: number | undefined
  /** What is said of metrics: one of them. */
  readonly metric?: ColumnSummary | undefined
}

/** One sentence: "Killed by SIGKILL at step 412 after 1h 3m; last train/loss 0.031." */
export function endingSentence(run: Standing, { duration, lastStep, metric }: Known, words: Words): string {
  const { say } = words
  if (run.state === 'unreadable') return run.problem ?? say('end.sentence', { what: say('end.unreadable') })
  const time = duration === undefined ? undefined : { duration: words.duration(duration) }
  return say('end.sentence', {
    what: causePhrase(run, words),
    step: lastStep === undefined ? '' : say('end.step', { step: lastStep }),
    after: time === undefined ? '' : say(run.state === 'running' ? 'end.for' : 'end.after', time),
    last: metric?.last === undefined ? '' : say('end.last', { key: metric.key, value: words.value(metric.last) }),
  })
}

/** Why, in a few words. */
export function causePhrase({ state, cause }: Standing, { say }: Pick<Words, 'say'>): string {
  if (cause === undefined) return say(`end.${state}`)
  switch (cause.type) {
    case 'exit': {
      const { code, inside } = cause
      const text = { code: String(code) }
      return inside === undefined ? say('end.exit', text) : say('end.exitInside', { ...text, inside })
    }
    case 'signal':
      return cause.signal === 'SIGINT' ? say('end.interrupt') : say('end.signal', { signal: cause.signal })
    case 'crashed-natively':
      return say('end.crashed-natively', { signal: cause.signal })
    case 'reported':
      return state === 'finished'
        ? say('end.finished')
        : say(state === 'aborted' ? 'end.reportedAbort' : 'end.reportedCrash')
    case 'exception':
    case 'killed':
    case 'oom-killed':
    case 'lost-contact':
    case 'lost':
      return say(`end.${cause.type}`)
    default:
      // A later version of the client may know more causes.
      return say(`end.${state}`)
  }
}

/** Whether the error of a run says more than its cause, which is put into words already. */
export function saysMore({ cause, error }: Pick<Standing, 'cause' | 'error'>): boolean {
  if (error?.stack !== undefined && error.stack !== '') return true
  return cause === undefined || cause.type === 'exception' || cause.type === 'reported'
}

/** What was found after a death, as it was recorded. */
export function evidenceOf(cause: Cause | undefined): readonly string[] {
  return cause !== undefined && 'evidence' in cause && Array.isArray(cause.evidence) ? cause.evidence : []
}

/** The metric that says most of a run in one number: a loss, of training if there is one. */
export function headline(columns: readonly ColumnSummary[]): ColumnSummary | undefined {
  const scalars = columns.filter(({ kind }) => kind === 'scalar')
  const losses = scalars.filter(({ key }) => /loss/i.test(key))
  return losses.find(({ key }) => /train/i.test(key)) ?? losses[0] ?? scalars[0]
}
