import type { ColumnKind } from '@swanlab/core'
import type { Block } from '../blocks/block.ts'
import type { ColumnSummary, RunDetail, WireNumber } from '../protocol/runs.ts'
import { describe } from './list-row.ts'
import type { RunIndex } from './run-index.ts'

/** Everything but the points that is known of a run as far as it has been read. */
export function detailOf(index: RunIndex): Omit<RunDetail, 'key'> {
  const { facts, dir, blocks } = index
  const { metadata, requirements, alerts, parts, callbacks, losses, lines, records } = facts
  const columns = columnsOf(blocks, facts.media)
  return {
    ...describe(dir, facts),
    lastStep: highest(columns),
    size: index.size,
    offset: index.offset,
    indexed: index.progress,
    columns,
    metadata,
    requirements,
    alerts,
    parts,
    callbacks,
    losses,
    lines,
    health: { bytes: index.size, records, damagedLines: index.damagedLines, tornTail: index.torn, folder: dir },
  }
}

export function columnsOf(blocks: readonly Block[], media: readonly (readonly [string, string])[]): ColumnSummary[] {
  const columns = new Map<string, ColumnSummary>()
  for (const block of blocks) {
    for (const [key, one] of block.keys) {
      if (one.count === 0) continue
      const before = columns.get(key)
      const newer = before?.lastStep === undefined || one.lastStep >= before.lastStep
      const lower = one.min !== undefined && (before?.min === undefined || one.min < before.min)
      const higher = one.max !== undefined && (before?.max === undefined || one.max > before.max)
      columns.set(key, {
        key,
        kind: 'scalar',
        section: sectionOf(key),
        count: (before?.count ?? 0) + one.count,
        nonFinite: (before?.nonFinite ?? 0) + one.count - one.finite,
        last: newer ? wireNumber(one.last) : before.last,
        lastStep: newer ? one.lastStep : before.lastStep,
        min: lower ? one.min : before?.min,
        minStep: lower ? one.minStep : before?.minStep,
        max: higher ? one.max : before?.max,
        maxStep: higher ? one.maxStep : before?.maxStep,
      })
    }
  }
  const files = media.map(([key, kind]) => ({
    key,
    kind: kind as ColumnKind,
    section: sectionOf(key),
    count: 0,
    nonFinite: 0,
  }))
  return [...columns.values(), ...files.filter(({ key }) => !columns.has(key))]
}

export function wireNumber(value: number): WireNumber {
  return Number.isFinite(value) ? value : (String(value) as WireNumber)
}

/** As the journal has it: the part of the key before its first "/". */
function sectionOf(key: string): string {
  const slash = key.indexOf('/')
  return slash > 0 ? key.slice(0, slash) : 'default'
}

function highest(columns: readonly ColumnSummary[]): number | undefined {
  const steps = columns.flatMap(({ lastStep }) => lastStep ?? [])
  return steps.length > 0 ? steps.reduce((a, b) => Math.max(a, b)) : undefined
}
