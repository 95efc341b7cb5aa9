import { iso } from './context.ts'
import type { StoredRun } from './storage/interfaces.ts'
import { stateOf } from './views.ts'

/** What a run has under some name; dates as clients read them. */
export type Value = string | number | readonly string[] | undefined

/** Fields that every run has, in the words of the protocol. */
const STABLE: Readonly<Record<string, (run: StoredRun, now: number) => Value>> = {
  cuid: ({ cuid }) => cuid,
  slug: ({ slug }) => slug,
  name: ({ name }) => name,
  description: ({ description }) => description,
  state: (run, now) => stateOf(run, now),
  show: () => 'true',
  pin: () => 'false',
  baseline: () => 'false',
  pinnedAt: () => undefined,
  colors: ({ colors }) => colors,
  cluster: ({ cluster }) => cluster,
  job: ({ job }) => job,
  labels: ({ labels }) => labels,
  createdAt: ({ createdAt }) => iso(createdAt),
  finishedAt: ({ finishedAt }) => (finishedAt === undefined ? undefined : iso(finishedAt)),
  updatedAt: ({ createdAt, heartbeatAt = 0, finishedAt = 0 }) => iso(Math.max(createdAt, heartbeatAt, finishedAt)),
  'user.username': ({ workspace }) => workspace,
  'user.name': ({ workspace }) => workspace,
}

export const isStable = (key: string): boolean => Object.hasOwn(STABLE, key)
export const isDate = (key: string): boolean => key.endsWith('At')

export function fieldOf(run: StoredRun, type: 'STABLE' | 'CONFIG', key: string, now: number): Value {
  return type === 'STABLE' ? STABLE[key]?.(run, now) : configOf(run, key)
}

/** A key of the configuration, or a path in it such as `model.layers`. */
function configOf({ profile: { config = {} } }: StoredRun, key: string): Value {
  if (Object.hasOwn(config, key)) return plain(valueOf(config[key]))
  const [first = '', ...path] = key.split('.')
  let found: unknown = Object.hasOwn(config, first) ? valueOf(config[first]) : undefined
  for (const part of path) found = isObject(found) && Object.hasOwn(found, part) ? found[part] : undefined
  return plain(found)
}

const valueOf = (wrapped: unknown): unknown => (isObject(wrapped) ? wrapped['value'] : wrapped)
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function plain(value: unknown): Value {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number' || typeof value === 'string') return value
  return JSON.stringify(value)
}
