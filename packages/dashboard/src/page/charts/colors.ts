import { computed, signal, type ReadonlySignal } from '@preact/signals'
import type { RunKey } from '../../protocol/runs.ts'
import { isDark } from '../state/preferences.ts'
import { allRuns, drawnKeys } from '../state/runs.ts'

/**
 * The hues of Okabe and Ito, which people with any kind of colour blindness tell apart, made darker or lighter until each
 * has a contrast of 3:1 to the background of its theme.
 */
const LIGHT = ['#0072b2', '#d55e00', '#00805e', '#b0578d', '#2b8fc4', '#9a6a00', '#6f6a00', '#4d5156'] as const
const DARK = ['#4ba3e3', '#ff8a45', '#1fc197', '#e08fbf', '#7cc8f5', '#e9a825', '#d8cf3c', '#b9bec6'] as const

/** Lengths of line and gap, in pixels; the first is a line without gaps. */
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3]]

export interface Stroke {
  readonly color: string
  readonly dash: readonly number[]
}

/** Of a line by its place among others: neighbours differ in colour, and those that share one in their dashes. */
export function strokeOf(place: number): Stroke {
  return { color: colorOf(place), dash: dashOf(Math.floor(place / LIGHT.length)) }
}

function colorOf(place: number): string {
  const colors = isDark() ? DARK : LIGHT
  return colors[Math.max(0, place) % colors.length]!
}

function dashOf(turn: number): readonly number[] {
  return DASHES[Math.max(0, turn) % DASHES.length]!
}

/** Where there are only some of the runs, their places among all. */
export const savedPlaces = signal<ReadonlyMap<RunKey, number> | undefined>(undefined)

/** Counted from the oldest run, so that one keeps its colour when others are made. */
const places: ReadonlySignal<ReadonlyMap<RunKey, number>> = computed(() => {
  const runs = allRuns.value
  return savedPlaces.value ?? new Map(runs.map(({ key }, at) => [key, runs.length - 1 - at]))
})

export function placeOfRun(key: RunKey): number {
  return places.value.get(key) ?? 0
}

/** How many of those that are drawn have a run's colour before it: a line is whole unless it has to be told apart. */
const turns: ReadonlySignal<ReadonlyMap<RunKey, number>> = computed(() => {
  const taken = new Map<number, number>()
  return new Map(
    drawnKeys.value.map((key) => {
      const color = placeOfRun(key) % LIGHT.length
      const turn = taken.get(color) ?? 0
      taken.set(color, turn + 1)
      return [key, turn]
    }),
  )
})

/** How a run is drawn, everywhere. */
export function strokeOfRun(key: RunKey): Stroke {
  return { color: colorOf(placeOfRun(key)), dash: dashOf(turns.value.get(key) ?? 0) }
}
