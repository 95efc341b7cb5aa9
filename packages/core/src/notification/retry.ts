import { setTimeout as delay } from 'node:timers/promises'
import { DeliveryError, furtherAttempts, MAX_UNCERTAIN, UNCERTAIN } from './delivery-error.ts'
import { oneLine } from './format.ts'

const MAX_ATTEMPTS = 10
const FIRST_PAUSE = 1000
const LONGEST_PAUSE = 10_000

/** The outside world of a retry. */
export interface Clock {
  /** Milliseconds that only ever grow. */
  now(): number
  /** Resolves after `ms`, or rejects when the signal aborts. With `ref: false` it does not keep the process alive. */
  sleep(ms: number, options: { signal: AbortSignal; ref: boolean }): Promise<void>
  /** From 0 to below 1. */
  random(): number
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, options) => delay(ms, undefined, options),
  random: Math.random,
}

export interface RetryOptions {
  /** Milliseconds for everything: attempts and the pauses between them. */
  readonly timeout: number
  /** Ends everything early. */
  readonly signal?: AbortSignal | undefined
  /** False: waiting does not keep the process alive. Default: true. */
  readonly ref?: boolean | undefined
  readonly clock?: Clock | undefined
}

/**
 * Tries until it works, the receiver refuses for good, two answers got lost, ten attempts failed, or the time is up. Pauses grow up to 10 s
 * with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), unless the failure
 * names a `retryAfter`. A pause that would outlast the deadline is not begun.
 *
 * @param attempt - Gets a signal that aborts at the deadline; is not waited for after that.
 * @throws DeliveryError - With the last failure as its cause.
 */
export async function retry(attempt: (signal: AbortSignal) => Promise<void>, options: RetryOptions): Promise<void> {
  const { timeout, signal: outer, ref = true, clock = systemClock } = options
  const deadline = clock.now() + timeout
  const cut = new AbortController()
  const done = new AbortController()
  const aborted = new Promise<void>((resolve) => cut.signal.addEventListener('abort', () => resolve(), { once: true }))
  const abort = (): void => cut.abort(outer?.reason)
  outer?.addEventListener('abort', abort)
  if (outer?.aborted) abort()
  const timer = clock.sleep(timeout, { signal: done.signal, ref })
  void timer.then(
    () => cut.abort(new Error('The time for delivery is up.')),
    () => {},
  )

  let failure: unknown
  let uncertain = 0
  try {
    for (let attempts = 1; !cut.signal.aborted; attempts++) {
      const result = await Promise.race([settle(attempt, cut.signal), aborted])
      if (result === 'delivered') return
      if (result === undefined || cut.signal.aborted) break
      failure = result.failure
      const { permanent, retryAfter, uncertain: isUncertain } = furtherAttempts(failure)
      if (isUncertain && ++uncertain === MAX_UNCERTAIN) throw gaveUp(failure, attempts, ` ${UNCERTAIN}`)
      const pause = retryAfter ?? clock.random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempts - 1))
      if (permanent || attempts === MAX_ATTEMPTS || clock.now() + pause >= deadline) throw gaveUp(failure, attempts)
      await Promise.race([clock.sleep(pause, { signal: done.signal, ref }), aborted])
    }
    throw timedOut(timeout, outer?.aborted ?? false, failure)
  } finally {
    done.abort()
    outer?.removeEventListener('abort', abort)
  }
}

async function settle(
  attempt: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<'delivered' | { failure: unknown }> {
  try {
    await attempt(signal)
    return 'delivered'
  } catch (failure) {
    return { failure }
  }
}

function gaveUp(failure: unknown, attempts: number, why = ''): DeliveryError {
  const message = attempts === 1 ? inWords(failure) : `After ${attempts} attempts: ${inWords(failure)}`
  return new DeliveryError(`${message}${why}`, { ...furtherAttempts(failure), cause: failure })
}

function timedOut(timeout: number, cancelled: boolean, failure: unknown): DeliveryError {
  const what = cancelled ? 'Delivery was cut short' : `No answer within ${Math.round(timeout / 10) / 100} s`
  return failure === undefined
    ? new DeliveryError(`${what}.`)
    : new DeliveryError(`${what}; before that: ${inWords(failure)}`, { cause: failure })
}

function inWords(failure: unknown): string {
  return oneLine(failure instanceof Error ? failure.message : `Something other than an error was thrown.`, 500)
}
