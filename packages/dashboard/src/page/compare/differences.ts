import type { JsonValue } from '@swanlab/core'

/** Leaves that are taken of one value; a journal may hold anything. */
const MOST_LEAVES = 5_000
const DEEPEST = 20

/** Values of an object by path, `a.b`; lists are values. */
export function flatten(value: Readonly<Record<string, JsonValue>> | undefined): Map<string, JsonValue> {
  const leaves = new Map<string, JsonValue>()
  const add = (inner: Readonly<Record<string, JsonValue>>, path: string, depth: number): void => {
    for (const [key, one] of Object.entries(inner)) {
      if (leaves.size >= MOST_LEAVES) return
      const isObject = one !== null && typeof one === 'object' && !Array.isArray(one) && Object.keys(one).length > 0
      if (isObject && depth < DEEPEST) add(one as Readonly<Record<string, JsonValue>>, `${path}${key}.`, depth + 1)
      else leaves.set(path + key, one)
    }
  }
  if (value !== undefined) add(value, '', 0)
  return leaves
}

export interface ComparedRow {
  readonly key: string
  /** One for each of what is compared; undefined where there is none. */
  readonly values: readonly (JsonValue | undefined)[]
}

/** What tells things apart, and what does not: first what most of them have, else in the order of first appearance. */
export function differences(all: readonly ReadonlyMap<string, JsonValue>[]): {
  readonly differing: readonly ComparedRow[]
  readonly same: readonly ComparedRow[]
} {
  const keys = new Set(all.flatMap((one) => [...one.keys()]))
  const [differing, same]: [ComparedRow[], ComparedRow[]] = [[], []]
  for (const key of keys) {
    const values = all.map((one) => one.get(key))
    const first = canonical(values[0])
    const list = values.some((value) => canonical(value) !== first) ? differing : same
    list.push({ key, values })
  }
  const having = ({ values }: ComparedRow): number => values.filter((value) => value !== undefined).length
  return { differing: differing.toSorted((a, b) => having(b) - having(a)), same }
}

/** The order of keys says nothing. */
function canonical(value: JsonValue | undefined): string | undefined {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/** Packages and their versions of `name@version` or `name==version` lines. */
export function parseRequirements(text: string | undefined): Map<string, string> {
  const packages = new Map<string, string>()
  for (const line of (text ?? '').split('\n')) {
    const { name, version } = /^(?<name>@?[^@=\s]+)(?:@|==)(?<version>.*)$/.exec(line.trim())?.groups ?? {}
    if (name !== undefined) packages.set(name, version!)
    else if (line.trim() !== '' && !line.startsWith('#')) packages.set(line.trim(), '')
  }
  return packages
}
