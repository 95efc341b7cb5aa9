import { SwanLabError } from '../contract/error.ts'

/** What a {@link DeliveryError} knows beside its message. */
export interface DeliveryErrorOptions {
  /** True: the receiver said no, and would say no again. Default: false. */
  readonly permanent?: boolean | undefined
  /** How long the receiver asked us to wait, in milliseconds. */
  readonly retryAfter?: number | undefined
  /**
   * True: the receiver has everything, and only its answer is missing, so that it may have taken the notification. It is
   * sent once more, and when that ends in the same way, no more: nobody gets more than two copies. Default: false.
   */
  readonly uncertain?: boolean | undefined
  /** Passed on to the reader of the error: leave it out when it could hold a secret. */
  readonly cause?: unknown
}

/** A notification was not delivered; says whether trying again can help. Its code is `NOTIFICATION_FAILED`. */
export class DeliveryError extends SwanLabError {
  readonly permanent: boolean
  readonly retryAfter: number | undefined
  readonly uncertain: boolean

  constructor(message: string, options: DeliveryErrorOptions = {}) {
    super('NOTIFICATION_FAILED', message, 'cause' in options ? { cause: options.cause } : undefined)
    this.permanent = options.permanent ?? false
    this.retryAfter = options.retryAfter
    this.uncertain = options.uncertain ?? false
  }
}

/** Attempts at one notification whose answer may get lost; there is none after them. */
export const MAX_UNCERTAIN = 2

/** Said of a notification that is given up for that. */
export const UNCERTAIN = 'The answer got lost twice, so it may have arrived, and is not sent again.'

/** What a failure says of further attempts. By its members: a notifier may bring its own copy of this package. */
export function furtherAttempts(failure: unknown): {
  permanent: boolean
  retryAfter: number | undefined
  uncertain: boolean
} {
  const is = typeof failure === 'object' && failure !== null ? failure : {}
  const retryAfter = 'retryAfter' in is && typeof is.retryAfter === 'number' ? is.retryAfter : -1
  return {
    permanent: 'permanent' in is && is.permanent === true,
    retryAfter: retryAfter >= 0 ? retryAfter : undefined,
    uncertain: 'uncertain' in is && is.uncertain === true,
  }
}
