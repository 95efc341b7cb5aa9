import type { RunFacts } from './run-facts.ts'

/** What a block is of, as its file says. */
export interface BlockOf {
  /** Bytes of the journal. */
  readonly from: number
  readonly to: number
  /** Of the first bytes of the journal, and of those before `to`. */
  readonly head: string
  readonly tail: string
  readonly damaged: number
  /** As they were at `to`. */
  readonly facts: RunFacts
  readonly places: Places
}

/** Where records lie in the journal, in bytes. */
export interface Places {
  /** Every 256th line of the console: its number, and where it is. */
  readonly lines: [line: number, at: number][]
  readonly media: [key: string, step: number, at: number][]
}
