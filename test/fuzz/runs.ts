import type { Parameters } from 'fast-check'

/** How many inputs a property gets. */
export const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1_000)

/** Longest that one input may take, in milliseconds: what takes longer hangs. */
export const TIMEOUT = 60_000

const seed = process.env['FUZZ_SEED']

/** For `fc.assert`. A failure names its seed; shrinking is bounded, because inputs are slow. */
export const tries: Parameters<unknown> = {
  numRuns: RUNS,
  ...(seed !== undefined && { seed: Number(seed) }),
  timeout: TIMEOUT,
  interruptAfterTimeLimit: 1_800_000,
  markInterruptAsFailure: false,
}
