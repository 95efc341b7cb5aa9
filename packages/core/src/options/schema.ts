import { isDate, isPromise, isRegExp, isSet } from 'node:util/types'
import * as z from 'zod/mini'
import type { Callback } from '../contract/callback.ts'
import { PROJECT_NAME } from './project-name.ts'
import { cut, tidyName, tidyText } from './text.ts'

/** The parameters that zod checks, once their sources are settled. */
export interface Checked {
  project?: string | undefined
  workspace?: string | undefined
  experimentName?: string | undefined
  description?: string | undefined
  tags?: string[] | undefined
  config?: object | string | undefined
  public?: boolean | undefined
  callbacks?: Callback[] | undefined
  id?: string | undefined
  resume?: 'must' | 'allow' | 'never' | undefined
  reinit?: boolean | 'create_new' | undefined
}

const MOST_TAGS = 50

/** Longest list that is looked through at all. */
const LONGEST_LIST = 1000

// A schema is used once or twice in a process, so compiling it with `new Function` would cost more than it saves.
z.config({ jitless: true })

/** Is called with what was changed rather than refused. */
type Warn = (name: keyof Checked, what: string) => void

const text = (takes = 'text') => z.string({ error: takes })
const matching = (pattern: RegExp, takes: string) => text(takes).check(z.trim(), z.regex(pattern, { error: takes }))
const flag = () => z.boolean({ error: 'true or false' })
const fit = (name: keyof Checked, most: number, tidy: (text: string) => string, warn: Warn) =>
  z.transform((given: string) => {
    const whole = tidy(given)
    const short = cut(whole, most)
    if (short !== whole) warn(name, `was cut to ${most} characters`)
    return short
  })

/** Each parameter's own. An issue's message says what the parameter takes. */
const SCHEMAS: { readonly [Name in keyof Checked]-?: (warn: Warn) => z.ZodMiniType<Checked[Name]> } = {
  project: (warn) =>
    z.pipe(
      matching(PROJECT_NAME, '1 to 100 characters of 0-9 a-z A-Z _ - + .'),
      fit('project', 100, (name) => name, warn),
    ),
  workspace: () => matching(/^[0-9a-zA-Z_-]{1,25}$/, '1 to 25 characters of 0-9 a-z A-Z _ -'),
  experimentName: (warn) => z.pipe(text(), fit('experimentName', 250, tidyName, warn)),
  description: (warn) => z.pipe(text(), fit('description', 1024, tidyText, warn)),
  tags: (warn) => {
    const tag = z.pipe(text(), fit('tags', 200, tidyName, warn))
    const fewer = z.transform((all: string[]) => {
      const kept = [...new Set(all)].filter((one) => one !== '')
      if (kept.length > MOST_TAGS) warn('tags', `was cut to ${MOST_TAGS} tags`)
      return kept.slice(0, MOST_TAGS)
    })
    const tags = z.array(tag, { error: 'a list of texts, or one text with commas' })
    return z.pipe(z.pipe(z.transform(splitTags), tags), fewer)
  },
  config: () =>
    z.custom<object | string>(isConfig, { error: 'an object, a Map, or the path of a .json, .yaml or .yml file' }),
  public: flag,
  callbacks: () => {
    const callback = z.custom<Callback>(isCallback, { error: 'a callback: an object with a name' })
    const list = z.array(callback, { error: `a list of up to ${LONGEST_LIST} callbacks` })
    return z.pipe(z.transform(callbackList), list)
  },
  id: () => matching(/^[\w-]{1,64}$/, '1 to 64 characters of 0-9 a-z A-Z _ -'),
  resume: () => {
    const words = z.enum(['must', 'allow', 'never'], { error: '"must", "allow", "never", true or false' })
    return z.pipe(z.transform(resumeWord), words)
  },
  reinit: () =>
    z.custom<boolean | 'create_new'>((value) => typeof value === 'boolean' || value === 'create_new', {
      error: 'true, false or "create_new"',
    }),
}

/** Checks and tidies parameters of these names; making a schema costs more than using it, so others have none. */
export function createSchema(names: Iterable<string>, warn: Warn): z.ZodMiniType<Checked> {
  const shape: Record<string, z.ZodMiniType> = {}
  for (const name of names) if (Object.hasOwn(SCHEMAS, name)) shape[name] = SCHEMAS[name as keyof Checked](warn)
  return z.object(shape) as z.ZodMiniType<Checked>
}

function splitTags(tags: unknown): unknown {
  if (Array.isArray(tags)) return tags.slice(0, LONGEST_LIST)
  if (typeof tags !== 'string') return tags
  if (!tags.trimStart().startsWith('[')) return tags.split(',', LONGEST_LIST)
  try {
    return JSON.parse(tags) as unknown
  } catch {
    return tags
  }
}

function callbackList(callbacks: unknown): unknown {
  if (Array.isArray(callbacks)) return callbacks.length <= LONGEST_LIST ? callbacks : undefined
  return isCallback(callbacks) ? [callbacks] : callbacks
}

function isCallback(value: unknown): value is Callback {
  if (typeof value !== 'object' || value === null || !('name' in value)) return false
  return typeof value.name === 'string' && value.name.trim() !== ''
}

/** Lists, sets and their like have no names to record their values under; a promise lacks an `await`. */
function isConfig(value: unknown): value is object | string {
  if (typeof value !== 'object' || value === null) return typeof value === 'string'
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return false
  return !isSet(value) && !isDate(value) && !isRegExp(value) && !isPromise(value)
}

const RESUME_WORDS: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [true, 'allow'],
  ['true', 'allow'],
  ['yes', 'allow'],
  ['1', 'allow'],
  [false, 'never'],
  ['false', 'never'],
  ['no', 'never'],
  ['0', 'never'],
])

/** One of the three words, if it is one of their many spellings. */
export function resumeWord(resume: unknown): unknown {
  const word = typeof resume === 'string' ? resume.trim().toLowerCase() : resume
  return RESUME_WORDS.get(word) ?? word
}
