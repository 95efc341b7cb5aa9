import type { ConfigSnapshot, InitInfo, InitPatch, OpenPatch, RunInfo } from '../contract/payloads.ts'
import type { Report } from '../contract/report.ts'
import { deepFreeze } from '../data/frozen.ts'
import { toJson } from '../data/json-value.ts'
import { redactInfo } from '../text/redact-payloads.ts'
import { OPEN, type Redactor } from '../text/redactor.ts'

type Check = readonly [takes: string, test: (value: unknown) => boolean]

const TEXT: Check = ['text', (value) => typeof value === 'string']
const YES_OR_NO: Check = ['true or false', (value) => typeof value === 'boolean']
/** Names end up in paths. */
const named = (pattern: RegExp): Check => [
  `text that matches ${pattern}`,
  (value) => typeof value === 'string' && pattern.test(value),
]

const CHECKED: Check = ['what was checked', () => true]

const ANSWERS: { readonly [K in keyof InitPatch]-?: Check } = {
  id: named(/^[\w-]{1,64}$/),
  project: named(/^[\w.+-]{1,100}$/),
  workspace: TEXT,
  experimentName: TEXT,
  nameIsDefault: YES_OR_NO,
  description: TEXT,
  tags: ['a list of text', (value) => isTextList(value)],
  mode: TEXT,
  logdir: TEXT,
  dir: TEXT,
  url: TEXT,
  projectUrl: TEXT,
  colors: ['two colours', (value) => isTextList(value) && value.length === 2],
  resumed: YES_OR_NO,
  earlier: [
    'something to iterate over',
    (value) => typeof value === 'object' && value !== null && Symbol.iterator in value,
  ],
  // Checked before: ignored, it would leave in what it is to take out.
  config: CHECKED,
}

/**
 * Lets through an answer that can be acted on.
 *
 * @throws TypeError when it has a configuration that is none.
 */
export function checkInitAnswer(answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null) return answer
  const { config } = answer as { config?: unknown }
  if (config !== undefined && !isGroup(config)) throw new TypeError('"config" of its answer takes an object with names')
  return answer
}

/** Merges what a callback answered to `onInit` into what the next one gets. */
export function answerInit(
  info: InitInfo,
  answer: unknown,
  name: string,
  report: Report,
  redactor: Redactor = OPEN,
): InitInfo {
  if (answer === info) return info
  const { earlier, config, ...known } = knownMembers(info, answer, ANSWERS, 'onInit', name, report) as InitPatch
  // A name that is answered is a chosen one, unless it comes with the word that it is not.
  const nameIsDefault = (known.nameIsDefault ?? (known.experimentName === undefined && info.nameIsDefault)) || undefined
  const merged = { ...info, ...known, nameIsDefault, ...(earlier && { earlier: [...(info.earlier ?? []), earlier] }) }
  return Object.freeze({
    ...redactInfo(merged, redactor),
    ...(config && { config: deepFreeze(redactor.json(toJson(config) as ConfigSnapshot, 'config')) }),
  })
}

/** Likewise for `onOpen`. */
export function answerOpen(run: RunInfo, answer: unknown, name: string, report: Report): RunInfo {
  if (answer === run) return run
  const known = knownMembers(
    run,
    answer,
    { dir: TEXT } satisfies Record<keyof OpenPatch, Check>,
    'onOpen',
    name,
    report,
  )
  return Object.freeze({ ...run, ...known })
}

/** The members of an answer that are what they should be; about others there is a message. */
function knownMembers(
  info: object,
  answer: unknown,
  checks: Readonly<Record<string, Check>>,
  moment: 'onInit' | 'onOpen',
  name: string,
  report: Report,
): Record<string, unknown> {
  const known: Record<string, unknown> = {}
  if (answer === undefined || answer === null) return known
  const ignored = (why: string): void => report('warn', `Callback "${name}" answered ${moment} with ${why}. Ignored.`)
  if (typeof answer !== 'object') {
    ignored(`${typeof answer}; it takes an object or nothing`)
    return known
  }
  for (const [key, value] of Object.entries(answer)) {
    if (value === undefined || value === (info as Record<string, unknown>)[key]) continue
    const [takes, test] = Object.hasOwn(checks, key) ? checks[key]! : []
    if (!takes || !test) ignored(`"${key}", which is not among ${Object.keys(checks).join(', ')}`)
    else if (!test(value)) ignored(`a "${key}" that is not ${takes}`)
    else known[key] = Array.isArray(value) && key !== 'earlier' ? Object.freeze([...(value as unknown[])]) : value
  }
  return known
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

/** Not only plain ones: whatever is recorded as names and values. */
function isGroup(value: unknown): boolean {
  const json = typeof value === 'object' ? toJson(value) : value
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}
