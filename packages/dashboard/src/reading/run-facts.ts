import type { Alert, ConfigSnapshot, JsonValue, Losses, Placement } from '@swanlab/core'
import type { JournalRecord, RecordedRun } from '@swanlab/journal'
import { LIMITS } from '../protocol/limits.ts'
import type { RunPart } from '../protocol/runs.ts'

/** Alerts that are kept of a run: the newest. */
const MOST_ALERTS = 1_000
/** Parts likewise. */
const MOST_PARTS = 1_000

/** What a journal says beside its rows, media and console lines. Plain JSON. */
export interface RunFacts {
  run?: Omit<RecordedRun, 'config'> | undefined
  process?: { readonly pid: number; readonly host: string; readonly started?: string | undefined } | undefined
  config: ConfigSnapshot
  metadata?: Readonly<Record<string, JsonValue>> | undefined
  requirements?: string | undefined
  alerts: Alert[]
  parts: RunPart[]
  losses: Losses
  callbacks: readonly Placement[]
  /** Kinds of keys that hold no numbers, by key. */
  media: [key: string, kind: string][]
  /** Highest number of a console line. */
  lines: number
  records: number
  lastTime: number
}

export function noFacts(): RunFacts {
  return { config: {}, alerts: [], parts: [], losses: {}, callbacks: [], media: [], lines: 0, records: 0, lastTime: 0 }
}

/** Takes one more record into account. */
export function addFact(facts: RunFacts, record: JournalRecord): void {
  facts.records++
  if (record.time > facts.lastTime) facts.lastTime = record.time
  switch (record.type) {
    case 'header':
    case 'resume': {
      const { config, ...run } = record.run
      facts.run = { ...run, startTime: facts.run?.startTime ?? run.startTime }
      facts.process = record.process
      facts.config = config ?? {}
      facts.callbacks = run.callbacks
      if (facts.parts.length >= MOST_PARTS) facts.parts.shift()
      const { pid, host } = record.process
      facts.parts.push({ startTime: run.startTime, process: { pid, host } })
      break
    }
    case 'finish': {
      const part = facts.parts.pop()
      const { state, cause, error, time } = record
      const ended = cause?.type === 'lost' ? 'lost' : state
      facts.parts.push({ startTime: part?.startTime ?? time, ...part, endTime: time, state: ended, cause, error })
      facts.losses = record.losses
      break
    }
    case 'config':
      facts.config = record.config
      break
    case 'metadata':
      facts.metadata = record.metadata
      break
    case 'requirements':
      facts.requirements = record.requirements
      break
    case 'alert': {
      const { type: _type, ...alert } = record
      if (alert.id !== undefined && facts.alerts.some(({ id }) => id === alert.id)) break
      if (facts.alerts.length >= MOST_ALERTS) facts.alerts.shift()
      facts.alerts.push(alert)
      break
    }
    case 'column':
      if (record.kind !== 'scalar' && facts.media.length < LIMITS.keysOfRun) facts.media.push([record.key, record.kind])
      break
    case 'console':
      if (record.line > facts.lines) facts.lines = record.line
  }
}
