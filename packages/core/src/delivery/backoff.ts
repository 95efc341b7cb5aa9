/** How pauses between attempts grow. */
export interface BackoffOptions {
  /** Longest pause after the first failure, in milliseconds; it doubles with each. */
  readonly first: number
  /** Longest pause of all, in milliseconds. */
  readonly longest: number
  /** From 0 to below 1. Default: `Math.random`. */
  readonly random?: (() => number) | undefined
}

/**
 * Pause before the next attempt, in milliseconds: exponential, with equal jitter. Never at once, and never all clients at
 * the same moment. Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 *
 * @param attempts - How many have failed, from 1.
 */
export function backoff(attempts: number, { first, longest, random = Math.random }: BackoffOptions): number {
  return Math.min(longest, first * 2 ** (attempts - 1)) * (0.5 + random() / 2)
}
