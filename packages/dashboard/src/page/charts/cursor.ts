import { signal } from '@preact/signals'

/** Where charts are pointed at: one place for all of them. */
export interface Cursor {
  readonly x: number
  /** The chart that is pointed at. */
  readonly chart: string
  /** By keys: the values are spoken. */
  readonly spoken: boolean
}

export const cursor = signal<Cursor | undefined>(undefined)
/** The run whose line is in front: the one that is pointed at in the list. */
export const highlighted = signal<string | undefined>(undefined)
