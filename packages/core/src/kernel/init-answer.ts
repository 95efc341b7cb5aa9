import { deepFreeze } from './frozen.ts'
import type { InitInfo, InitPatch } from './payloads.ts'
import type { Report } from './reporter.ts'

type Check = readonly [takes: string, test: (value: unknown) => boolean]

const TEXT: Check = ['text', (value) => typeof value === 'string']
/** Names end up in paths. */
const named = (pattern: RegExp): Check => [
  `text that matches ${pattern}`,
  (value) => typeof value === 'string' && pattern.test(value),
]

const ANSWERS: { readonly [K in keyof InitPatch]-?: Check } = {
  id: named(/^[\w-]{1,64}$/),
  project: named(/^[\w.+-]{1,100}$/),
  workspace: TEXT,
  experimentName: TEXT,
  description: TEXT,
  tags: ['a list of text', (value) => isTextList(value)],
  dir: TEXT,
  url: TEXT,
  projectUrl: TEXT,
  colors: ['two colours', (value) => isTextList(value) && value.length === 2],
  resumed: ['true or false', (value) => typeof value === 'boolean'],
}

/** Merges what a callback answered to `onInit` into what the next one hears. */
export function answerInit(info: InitInfo, answer: unknown, name: string, report: Report): InitInfo {
  if (answer === undefined || answer === null || answer === info) return info
  const ignored = (why: string): void => report('warn', `Callback "${name}" answered onInit with ${why}. Ignored.`)
  if (typeof answer !== 'object') {
    ignored(`${typeof answer}; it takes an object or nothing`)
    return info
  }
  const known: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(answer)) {
    if (value === undefined || value === info[key as keyof InitInfo]) continue
    const [takes, test] = Object.hasOwn(ANSWERS, key) ? ANSWERS[key as keyof InitPatch] : []
    if (!takes || !test) ignored(`"${key}", which is not among ${Object.keys(ANSWERS).join(', ')}`)
    else if (test(value)) known[key] = Array.isArray(value) ? [...(value as unknown[])] : value
    else ignored(`a "${key}" that is not ${takes}`)
  }
  return deepFreeze({ ...info, ...known })
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
