/** How large everything is. */
export interface Scale {
  /** Rows of a long run. */
  readonly steps: number
  /** Runs in the long list. */
  readonly listed: number
  /** Times that something quick is repeated. */
  readonly rounds: number
  /** How long a page is watched, in seconds. */
  readonly watch: number
  /** How long a server with ten open runs is asked, in minutes. */
  readonly minutes: number
}

/** Takes about half an hour, and 12 GB in the temporary folder. */
const FULL: Scale = { steps: 1_000_000, listed: 500, rounds: 20, watch: 30, minutes: 10 }
/** Shows that everything runs; its figures are those of small things. */
const SHORT: Scale = { steps: 20_000, listed: 50, rounds: 5, watch: 5, minutes: 0.1 }

export const isShort: boolean = process.env['BENCH'] === 'short'
export const SCALE: Scale = { ...(isShort ? SHORT : FULL), ...minutes(process.env['BENCH_MINUTES']) }

function minutes(text: string | undefined): { minutes?: number } {
  return text === undefined ? {} : { minutes: Number(text) }
}
