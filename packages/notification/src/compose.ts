import { createHash } from 'node:crypto'
import {
  type Alert,
  type Cause,
  type Outcome,
  type RunInfo,
  block,
  formatDuration,
  formatNumber,
  oneLine,
} from '@swanlab/core/internal'
import type { Fact, Language, Notification, Tone } from './notification.ts'
import { configSection, errorSection, metricSection, noteSection, terminalSection } from './sections.ts'
import { type FactKey, WORDING, type Wording } from './wording.ts'

const TONE_OF_STATE: Readonly<Record<Outcome['state'], Tone>> = { finished: 'good', crashed: 'bad', aborted: 'warning' }
const TONE_OF_LEVEL: Readonly<Record<Alert['level'], Tone>> = { info: 'neutral', warn: 'warning', error: 'bad' }

/** Last values that a sentence names. */
const MAX_VALUES = 3

/** Where a run comes from, as far as its metadata say. */
export interface Origin {
  /** Name of the computer that it ran on. */
  readonly machine?: string | undefined
  /** Of the code, with the branch. */
  readonly commit?: string | undefined
  /** The command line, without secrets. */
  readonly command?: string | undefined
}

/** A run has started. */
export function composeStart(run: RunInfo, language: Language): Notification {
  const wording = WORDING[language]
  const title = wording.startedTitle(oneLine(run.experimentName, 80))
  return finish(language, {
    event: 'started',
    tone: 'neutral',
    time: run.startTime,
    subject: wording.subject(title, oneLine(run.project, 60)),
    title,
    sentence: wording.started,
    facts: runFacts(run, wording),
    config: configSection(run.config, wording),
    link: linkTo(run, wording),
  })
}

/** A run has ended. The state alone decides whether that is good news. */
export function composeEnd(
  outcome: Outcome,
  language: Language,
  { machine, commit, command }: Origin = {},
): Notification {
  const wording = WORDING[language]
  const { run, state } = outcome
  const why = endReason(outcome, wording)
  const title = oneLine(wording.endedTitle(oneLine(run.experimentName, 80), state, why.brief), 120)
  const duration = formatDuration(outcome.duration, wording.units)
  return finish(language, {
    event: 'ended',
    tone: TONE_OF_STATE[state],
    time: outcome.endTime,
    subject: wording.subject(title, oneLine(run.project, 60)),
    title,
    sentence: wording.ended(state, duration, why.details),
    facts: [
      ...runFacts(run, wording, machine),
      ...facts(wording, [
        ['commit', commit],
        ['command', command],
        ['state', wording.states[state]],
        ['cause', outcome.cause && causeText(outcome.cause, wording)],
        ['duration', duration],
        ['ended', timeText(outcome.endTime)],
        ['steps', wording.steps(outcome.steps, outcome.lastStep)],
      ]),
    ],
    error: outcome.error && errorSection(outcome.error, wording),
    terminal: state === 'finished' ? undefined : terminalSection(outcome, wording),
    metrics: metricSection(outcome.summary, wording),
    config: configSection(run.config, wording),
    notes: noteSection(outcome, wording),
    link: linkTo(run, wording),
  })
}

/** Somebody called `alert()`. The run is absent when it is not known. */
export function composeAlert(
  alert: Alert,
  run: RunInfo | undefined,
  language: Language,
  machine?: string,
): Notification {
  const wording = WORDING[language]
  const title = oneLine(alert.title, 120)
  const where = run && `${oneLine(run.experimentName, 40)}, ${oneLine(run.project, 30)}`
  return finish(language, {
    event: 'alert',
    tone: TONE_OF_LEVEL[alert.level],
    time: alert.time,
    subject: wording.subject(oneLine(title, 100), where),
    title,
    sentence: block(alert.text, 4000),
    facts: [
      ...facts(wording, [
        ['level', wording.levels[alert.level]],
        ['step', alert.step === undefined ? undefined : formatNumber(alert.step)],
        ['rule', alert.rule],
      ]),
      ...(run ? runFacts({ ...run, description: undefined }, wording, machine) : []),
    ],
    link: run && linkTo(run, wording),
  })
}

/** A message that the user wrote. */
export function composeMessage(
  message: { readonly title?: string | undefined; readonly text: string; readonly time: number },
  language: Language,
): Notification {
  const title = message.title ?? WORDING[language].message
  return finish(language, {
    event: 'message',
    tone: 'neutral',
    time: message.time,
    subject: oneLine(title, 200),
    title: oneLine(title, 120),
    sentence: block(message.text, 4000),
    facts: [],
  })
}

function finish(language: Language, draft: Omit<Notification, 'id' | 'language' | 'footer'>): Notification {
  const content = { ...draft, language, footer: WORDING[language].footer }
  return { id: createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32), ...content }
}

function runFacts(run: RunInfo, wording: Wording, machine?: string): Fact[] {
  const url = linkTo(run, wording)?.url
  return facts(wording, [
    ['project', run.project],
    ['workspace', run.workspace],
    ['experiment', run.experimentName],
    ['description', run.description],
    ['link', url],
    ['folder', url === undefined ? run.dir : undefined],
    ['machine', machine],
  ])
}

function facts(wording: Wording, values: readonly (readonly [FactKey, string | undefined])[]): Fact[] {
  return values.flatMap(([key, value]) => {
    const line = oneLine(value ?? '', key === 'link' ? 2000 : 300)
    return line === '' ? [] : [{ key, label: wording.labels[key], value: line }]
  })
}

/** Enough to know, from a locked telephone, whether to get up. */
function endReason({ cause, error, lastStep, summary }: Outcome, wording: Wording): { brief: string; details: string } {
  if (cause === undefined) return { brief: '', details: wording.results(lastStep, lastValues(summary)) }
  const short = inShort(cause, wording)
  const shown = cause.type === 'exception' || cause.type === 'reported' ? error : undefined
  const what = shown && oneLine(`${shown.name}: ${shown.message}`, 200)
  const long = oneLine(causeText(cause, wording), 100)
  return {
    brief: short === undefined ? '' : wording.brief(short, lastStep),
    details: wording.details(what === undefined ? long : `${long} (${what})`, lastStep, lastValues(summary)),
  }
}

function inShort(cause: Cause, wording: Wording): string | undefined {
  switch (cause.type) {
    case 'signal':
      return oneLine(cause.signal, 20)
    case 'exit':
      return wording.exitCode(cause.code)
    default:
      return wording.inShort[cause.type]
  }
}

/** Losses first: they are what people ask for. */
function lastValues(summary: Outcome['summary']): [key: string, last: string][] {
  const isLoss = (key: string): boolean => /loss/i.test(key)
  return Object.entries(summary)
    .toSorted(([a], [b]) => Number(isLoss(b)) - Number(isLoss(a)))
    .slice(0, MAX_VALUES)
    .map(([key, { last }]) => [oneLine(key, 60), formatNumber(last)])
}

/** In universal time: who reads it may be anywhere. Absent: no clock of ours has such a time. */
function timeText(time: number): string | undefined {
  const date = new Date(time)
  return Number.isNaN(date.getTime())
    ? undefined
    : date
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, ' UTC')
}

function causeText(cause: Cause, wording: Wording): string {
  switch (cause.type) {
    case 'exit':
      return wording.exit(cause.code, cause.inside)
    case 'signal':
      return wording.signal(cause.signal)
    case 'exception':
    case 'reported':
    case 'lost':
    case 'killed':
      return wording[cause.type]
    case 'oom-killed':
      return wording.oomKilled
    case 'crashed-natively':
      return wording.crashedNatively(cause.signal)
    case 'lost-contact':
      return wording.lostContact
    default:
      // Written by a newer version, or read from its journal.
      return String((cause as { type: unknown }).type)
  }
}

function linkTo(run: RunInfo, wording: Wording): Notification['link'] {
  if (run.url === undefined || run.url.length > 2000 || !URL.canParse(run.url)) return undefined
  const { protocol, href, username, password } = new URL(run.url)
  const usable = (protocol === 'http:' || protocol === 'https:') && username === '' && password === ''
  return usable ? { label: wording.open, url: href } : undefined
}
