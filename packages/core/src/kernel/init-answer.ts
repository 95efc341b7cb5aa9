import type { InitInfo, InitPatch } from './payloads.ts'
import type { Report } from './reporter.ts'

const ANSWERS: Record<keyof InitPatch, 1> = {
  id: 1,
  project: 1,
  workspace: 1,
  experimentName: 1,
  description: 1,
  tags: 1,
  dir: 1,
  url: 1,
  projectUrl: 1,
  colors: 1,
  resumed: 1,
}

/** Merges what a callback answered to `onInit` into what the next one hears. */
export function answerInit(info: InitInfo, answer: unknown, name: string, report: Report): InitInfo {
  if (answer === undefined || answer === null || answer === info) return info
  if (typeof answer !== 'object') {
    report('warn', `Callback "${name}" answered onInit with ${typeof answer}; it takes an object or nothing. Ignored.`)
    return info
  }
  const known: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(answer)) {
    if (Object.hasOwn(ANSWERS, key)) {
      if (value !== undefined) known[key] = value
    } else if (!Object.hasOwn(info, key)) {
      report('warn', `Callback "${name}" answered onInit with "${key}", which is not among ${Object.keys(ANSWERS).join(', ')}.`)
    }
  }
  return Object.freeze({ ...info, ...known })
}
