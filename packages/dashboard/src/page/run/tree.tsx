import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { JsonValue } from '@swanlab/core'
import { t } from '../text/i18n.ts'
import { say } from '../text/screens.ts'

/** Entries of one object or list that are shown at first, and each time that more are asked for. */
const ENTRIES = 100
/** Levels that are open at first. */
const OPEN = 3
const DEEPEST = 50
/** Characters of a value. */
const LONGEST = 20_000

/** A value of any shape, as a tree that is opened and closed. */
export function Tree({ value, label }: { readonly value: JsonValue; readonly label: string }): JSX.Element {
  return (
    <div class="tree" role="group" aria-label={label}>
      <Branch value={value} depth={0} />
    </div>
  )
}

function Branch({ value, depth }: { readonly value: JsonValue; readonly depth: number }): JSX.Element {
  const [shown, setShown] = useState(ENTRIES)
  const entries = Object.entries(value as object) as [string, JsonValue][]
  return (
    <ul>
      {entries.slice(0, shown).map(([key, item]) => (
        <li key={key}>
          <Entry name={key} value={item} depth={depth} />
        </li>
      ))}
      {entries.length > shown && (
        <li>
          <button type="button" class="button outlined" onClick={() => setShown(shown + ENTRIES)}>
            {t('charts.more', { n: Math.min(ENTRIES, entries.length - shown), all: entries.length })}
          </button>
        </li>
      )}
    </ul>
  )
}

interface EntryProps {
  readonly name: string
  readonly value: JsonValue
  readonly depth: number
}

function Entry({ name, value, depth }: EntryProps): JSX.Element {
  const [open, setOpen] = useState(depth < OPEN && countOf(value) <= ENTRIES)
  if (!isBranch(value) || isShortList(value) || depth > DEEPEST)
    return (
      <>
        <bdi class="key">{name}</bdi> <Leaf value={value} />
      </>
    )
  return (
    <details open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <bdi class="key">{name}</bdi> <span class="quiet small">{say('tree.items', { n: countOf(value) })}</span>
      </summary>
      {open && <Branch value={value} depth={depth + 1} />}
    </details>
  )
}

function Leaf({ value }: { readonly value: JsonValue }): JSX.Element {
  const text = typeof value === 'string' ? value : leafText(value)
  return (
    <bdi class={`leaf ${value === null ? 'null' : typeof value}`}>{text === '' ? '""' : text.slice(0, LONGEST)}</bdi>
  )
}

function leafText(value: JsonValue): string {
  if (typeof value === 'number') return String(value)
  return Array.isArray(value)
    ? `[${value.map((item: JsonValue) => JSON.stringify(item)).join(', ')}]`
    : JSON.stringify(value)
}

function isBranch(value: JsonValue): boolean {
  return value !== null && typeof value === 'object' && countOf(value) > 0
}

/** `[0.9, 0.999]` says more on one line than on three. */
function isShortList(value: JsonValue): boolean {
  return Array.isArray(value) && value.length <= 12 && value.every((item: JsonValue) => typeof item !== 'object')
}

function countOf(value: JsonValue): number {
  return value !== null && typeof value === 'object' ? Object.keys(value).length : 0
}

/** @returns `value` with those entries whose path or value holds `text`; undefined when there are none. */
export function pruned(value: JsonValue, text: string, depth = 0): JsonValue | undefined {
  if (text === '') return value
  if (!isBranch(value) || Array.isArray(value) || depth > DEEPEST)
    return leafText(value).toLowerCase().includes(text.toLowerCase()) ? value : undefined
  const kept = (Object.entries(value as object) as [string, JsonValue][]).flatMap(
    ([key, item]): [string, JsonValue][] => {
      if (key.toLowerCase().includes(text.toLowerCase())) return [[key, item]]
      const inner = pruned(item, text, depth + 1)
      return inner === undefined ? [] : [[key, inner]]
    },
  )
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}
