import type { ColumnKind, ConfigSnapshot, JsonValue } from '@swanlab/core'
import { JOURNAL_FORMAT, type JournalRecord, type RecordedRun } from '@swanlab/journal'
import { hostname } from 'node:os'
import type { ColumnDefinition, Profile, StoredRun, WireConfig } from '../interfaces.ts'

/** What journals have no words for, and the server must not forget; readers leave out members that they do not know. */
export interface ServerMembers {
  /** Of a `header`. */
  readonly server?: Partial<Pick<StoredRun, 'cuid' | 'job' | 'cluster' | 'requestedAt'>>
  /** Of a `column`: as a client declared it. */
  readonly defined?: Partial<Pick<ColumnDefinition, 'type' | 'class' | 'name' | 'sectionName'>>
  /** Of a `config`: each value as the client wrapped it. */
  readonly wire?: WireConfig
  /** Of `metadata`. */
  readonly conda?: string
}

/** A record as the server writes it. */
export type Entry = JournalRecord & ServerMembers

const KINDS: Readonly<Record<string, ColumnKind>> = {
  FLOAT: 'scalar',
  SYSTEM: 'scalar',
  IMAGE: 'image',
  AUDIO: 'audio',
  TEXT: 'text',
  VIDEO: 'video',
  ECHARTS: 'echarts',
  OBJECT3D: 'object3d',
  MOLECULE: 'molecule',
  HTML: 'html',
}

/** What journals call a type of column; `scalar` for one that nobody knows. */
export const kindOf = (type: string): ColumnKind => (Object.hasOwn(KINDS, type) ? KINDS[type]! : 'scalar')
export const typeOf = (kind: ColumnKind): string =>
  Object.entries(KINDS).find(([type, other]) => other === kind && type !== 'SYSTEM')?.[0] ?? 'FLOAT'

/** The first record of a part of a run, as local mode would write it. */
export function beginning(
  run: StoredRun,
  type: 'header' | 'resume',
  time: number,
  visible: boolean,
): Entry & { type: 'header' | 'resume' } {
  const recorded: RecordedRun = {
    id: run.slug,
    project: run.project,
    workspace: run.workspace,
    experimentName: run.name,
    ...(run.description && { description: run.description }),
    mode: 'cloud',
    logdir: '',
    public: visible,
    startTime: time,
    tags: run.labels,
    resumed: type === 'resume',
    colors: run.colors,
    config: plainConfig(run.profile),
    callbacks: [],
  }
  const process = { pid: 0, host: hostname() }
  const { cuid, job, cluster, requestedAt } = run
  return type === 'header'
    ? { type, format: JOURNAL_FORMAT, time, run: recorded, process, server: { cuid, job, cluster, requestedAt } }
    : { type, time, run: recorded, process }
}

/** Without what clients wrap each value in, in the order that they gave. */
export function plainConfig({ config = {} }: Profile): ConfigSnapshot {
  const entries = Object.entries(config).map(([key, member]) => {
    const { value = null, sort = 0 } = (member ?? {}) as { value?: JsonValue; sort?: number }
    return { key, value, sort }
  })
  return Object.fromEntries(entries.toSorted((a, b) => a.sort - b.sort).map(({ key, value }) => [key, value]))
}

/** As clients send it; what they declared for a key stays. */
export function wireConfig(config: ConfigSnapshot, before: WireConfig = {}): WireConfig {
  return Object.fromEntries(
    Object.entries(config).map(([key, value], sort) => {
      const known = Object.hasOwn(before, key) ? (before[key] as object) : { desc: '' }
      return [key, { ...known, sort, value }]
    }),
  )
}

/** A run of which nothing is left but its journal. */
export function runOf(
  { run: recorded, server }: { run: RecordedRun } & ServerMembers,
  cuid: string,
  workspace: string,
  project: string,
): StoredRun {
  return {
    cuid,
    slug: recorded.id,
    workspace,
    project,
    name: recorded.experimentName,
    description: recorded.description ?? '',
    colors: recorded.colors,
    labels: recorded.tags,
    job: server?.job,
    cluster: server?.cluster,
    createdAt: recorded.startTime,
    requestedAt: server?.requestedAt,
    finishedAt: undefined,
    heartbeatAt: undefined,
    state: 'RUNNING',
    flagId: cuid,
    empty: true,
    profile: { config: wireConfig(recorded.config) },
  }
}
