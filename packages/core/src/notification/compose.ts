import { createHash } from 'node:crypto'
import type { Alert, Cause, Outcome, RunInfo } from '../kernel/payloads.ts'
import { block, formatDuration, formatNumber, oneLine } from './format.ts'
import type { Fact, Language, Notification, Tone } from './notification.ts'
import { configSection, errorSection, metricSection, noteSection, terminalSection } from './sections.ts'
import { type FactKey, WORDING, type Wording } from './wording.ts'

const TONE_OF_STATE: Readonly<Record<Outcome['state'], Tone>> = { finished: 'good', crashed: 'bad', aborted: 'warning' }
const TONE_OF_LEVEL: Readonly<Record<Alert['level'], Tone>> = { info: 'neutral', warn: 'warning', error: 'bad' }

/** A run has started. */
export function composeStart(run: RunInfo, language: Language): Notification {
  const words = WORDING[language]
  const title = words.startedTitle(oneLine(run.experimentName, 80))
  return finish(language, {
    event: 'started',
    tone: 'neutral',
    time: run.startTime,
    subject: words.subject(title, oneLine(run.project, 60)),
    title,
    sentence: words.started,
    facts: runFacts(run, words),
    config: configSection(run.config, words),
    link: linkTo(run, words),
  })
}

/**
 * A run has ended. The state alone decides whether that is good news.
 *
 * @param undelivered - Number of earlier notifications of this run that did not arrive.
 */
export function composeEnd(outcome: Outcome, language: Language, undelivered = 0): Notification {
  const words = WORDING[language]
  const { run, state } = outcome
  const title = words.endedTitle(oneLine(run.experimentName, 80), state)
  const duration = formatDuration(outcome.duration, words.units)
  return finish(language, {
    event: 'ended',
    tone: TONE_OF_STATE[state],
    time: outcome.endTime,
    subject: words.subject(title, oneLine(run.project, 60)),
    title,
    sentence: words.ended(state, duration),
    facts: [
      ...runFacts(run, words),
      ...facts(words, [
        ['state', words.states[state]],
        ['cause', outcome.cause && causeInWords(outcome.cause, words)],
        ['duration', duration],
        ['steps', words.steps(outcome.steps, outcome.lastStep)],
      ]),
    ],
    error: outcome.error && errorSection(outcome.error, words),
    terminal: state === 'finished' ? undefined : terminalSection(outcome, words),
    metrics: metricSection(outcome.summary, words),
    config: configSection(run.config, words),
    notes: noteSection(outcome, undelivered, words),
    link: linkTo(run, words),
  })
}

/** Somebody called `alert()`. The run is absent when it has not been heard of. */
export function composeAlert(alert: Alert, run: RunInfo | undefined, language: Language): Notification {
  const words = WORDING[language]
  const title = oneLine(alert.title, 120)
  const where = run && `${oneLine(run.experimentName, 40)}, ${oneLine(run.project, 30)}`
  return finish(language, {
    event: 'alert',
    tone: TONE_OF_LEVEL[alert.level],
    time: alert.time,
    subject: words.subject(oneLine(title, 100), where),
    title,
    sentence: block(alert.text, 4000),
    facts: [
      ...facts(words, [
        ['level', words.levels[alert.level]],
        ['step', alert.step === undefined ? undefined : formatNumber(alert.step)],
        ['rule', alert.rule],
      ]),
      ...(run ? runFacts({ ...run, description: undefined }, words) : []),
    ],
    link: run && linkTo(run, words),
  })
}

/** Words of the user's own. */
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

function runFacts(run: RunInfo, words: Wording): Fact[] {
  const url = linkTo(run, words)?.url
  return facts(words, [
    ['project', run.project],
    ['workspace', run.workspace],
    ['experiment', run.experimentName],
    ['description', run.description],
    ['link', url],
    ['folder', url === undefined ? run.dir : undefined],
  ])
}

function facts(words: Wording, values: readonly (readonly [FactKey, string | undefined])[]): Fact[] {
  return values.flatMap(([key, value]) => {
    const line = oneLine(value ?? '', key === 'link' ? 2000 : 300)
    return line === '' ? [] : [{ key, label: words.labels[key], value: line }]
  })
}

function causeInWords(cause: Cause, words: Wording): string {
  switch (cause.type) {
    case 'exit':
      return words.exit(cause.code, cause.inside)
    case 'signal':
      return words.signal(cause.signal)
    case 'exception':
    case 'reported':
    case 'lost':
    case 'killed':
      return words[cause.type]
    case 'oom-killed':
      return words.oomKilled
    case 'crashed-natively':
      return words.crashedNatively(cause.signal)
    case 'lost-contact':
      return words.lostContact
    default:
      // Written by a newer version, or read from its journal.
      return String((cause as { type: unknown }).type)
  }
}

function linkTo(run: RunInfo, words: Wording): Notification['link'] {
  if (run.url === undefined || run.url.length > 2000 || !URL.canParse(run.url)) return undefined
  const { protocol, href, username, password } = new URL(run.url)
  const usable = (protocol === 'http:' || protocol === 'https:') && username === '' && password === ''
  return usable ? { label: words.open, url: href } : undefined
}
