import type { JsonValue } from '@swanlab/core'
import type { RunRow } from '../../protocol/runs.ts'
import { reasonOf } from './reason.ts'

/** One term of a filter: all of them have to hold. */
export interface Term {
  /** Absent: the run's name, or one of its tags, holds the text. */
  readonly field?: string | undefined
  readonly operator: Operator
  readonly value: string
  /** Written with a minus in front. */
  readonly not: boolean
}

const OPERATORS = ['<=', '>=', '!=', '<', '>', '=', ':', '~'] as const
type Operator = (typeof OPERATORS)[number]

const TERM =
  /(?<not>-)?(?:(?<field>[^\s"<>=:~!]+)(?<operator><=|>=|!=|[<>=:~]))?(?:"(?<quoted>[^"]*)"|(?<plain>[^\s"]+))/g

/**
 * Reads `lr<0.01 state:crashed name~swan`: terms with a space between them. `:` and `=` is equal, `~` contains; `<`, `<=`,
 * `>` and `>=` compare numbers. A word by itself is looked for in names and tags; `-` in front is the opposite. What has
 * spaces stands in quotes. Fields are `name`, `id`, `state`, `why`, `project`, `tag`, `step`, `description`, and keys of the
 * configuration, with dots into what is nested.
 */
export function parseFilter(text: string): readonly Term[] {
  return Array.from(text.matchAll(TERM), ({ groups = {} }): Term => {
    const { not, field, operator, quoted, plain = '' } = groups
    return {
      field,
      operator: (operator as Operator | undefined) ?? '~',
      value: quoted ?? plain,
      not: not !== undefined,
    }
  })
}

/** @param more - Values of fields that a run does not have by itself, such as `loss.min`. */
export function matches(
  run: RunRow,
  terms: readonly Term[],
  more: (field: string) => JsonValue | undefined = () => undefined,
): boolean {
  return terms.every((term) => {
    const values = term.field === undefined ? [run.name, ...run.tags] : valuesOf(run, term.field, more)
    return values.some((value) => holds(value, term)) !== term.not
  })
}

function valuesOf(run: RunRow, field: string, more: (field: string) => JsonValue | undefined): readonly JsonValue[] {
  switch (field) {
    case 'name':
    case 'id':
    case 'state':
    case 'project':
      return [run[field]]
    case 'why':
      return [reasonOf(run)]
    case 'description':
      return [run.description ?? '']
    case 'tag':
      return run.tags
    case 'step':
      return run.lastStep === undefined ? [] : [run.lastStep]
    default: {
      const value = more(field) ?? configValue(run.config, field)
      return value === undefined ? [] : [value]
    }
  }
}

/** The value of a key of a configuration; `a.b` is `b` in `a`, unless there is a key of that name. */
export function configValue(config: Readonly<Record<string, JsonValue>>, path: string): JsonValue | undefined {
  if (Object.hasOwn(config, path)) return config[path]
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const inner = Object.hasOwn(config, path.slice(0, dot)) ? config[path.slice(0, dot)] : undefined
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) continue
    const found = configValue(inner as Readonly<Record<string, JsonValue>>, path.slice(dot + 1))
    if (found !== undefined) return found
  }
  return undefined
}

function holds(value: JsonValue, { operator, value: wanted }: Term): boolean {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  switch (operator) {
    case ':':
    case '=':
      return isEqual(text, wanted)
    case '!=':
      return !isEqual(text, wanted)
    case '~':
      return text.toLowerCase().includes(wanted.toLowerCase())
  }
  const [a, b] = [Number(text), Number(wanted)]
  if (text === '' || wanted === '') return false
  if (operator === '<') return a < b
  if (operator === '<=') return a <= b
  return operator === '>' ? a > b : a >= b
}

function isEqual(text: string, wanted: string): boolean {
  return text.toLowerCase() === wanted.toLowerCase() || (wanted.trim() !== '' && Number(text) === Number(wanted))
}
