/** What clients may ask of the server; sizes in bytes, times in milliseconds. */
export interface ServerLimits {
  /**
   * Bytes of one request that logs. Default: 128 MiB, for ten thousand lines with every character escaped. Other requests that
   * are no object may have less.
   */
  readonly body?: number | undefined
  /**
   * Bytes of all such requests that are under way; half of it for one user, so at least twice `body`. What is more is told to
   * come later. Default: 512 MiB.
   */
  readonly bodies?: number | undefined
  /**
   * Bytes of one object: media, a saved file, or a part of one. A larger one is dropped and answered 200, because an error
   * blocks clients for ever; it is reported. Default: 1 GiB, ten times what any client sends at once.
   */
  readonly object?: number | undefined
  /** Bytes of a saved file that comes in parts; further ones are dropped. Default: 50 GiB, the limit of the clients. */
  readonly file?: number | undefined
  /**
   * Bytes that everything that is being read for clients may take, answers that they have not fetched yet included; a quarter
   * of it for one user. A request for more is refused, one that finds the memory taken is told to come later. Default: 1 GiB.
   */
  readonly reads?: number | undefined
  /** For the head of a request. Default: 30,000. */
  readonly headersTimeout?: number | undefined
  /** For a whole request; a slower client is cut off without an answer, which makes it keep its data. Default: 600,000. */
  readonly requestTimeout?: number | undefined
  /** Between two requests of one connection. Default: 72,000. */
  readonly keepAliveTimeout?: number | undefined
  /** For what is under way when the server is closed. Default: 5,000. */
  readonly closeTimeout?: number | undefined
  /** Before an answer of "later": some clients come back at once. Default: 1,000. */
  readonly laterDelay?: number | undefined
}

/** In effect: as given, or the default. */
export type Limits = { readonly [Limit in keyof ServerLimits]-?: number }

const DEFAULTS: Limits = {
  body: 128 * 1024 * 1024,
  bodies: 512 * 1024 * 1024,
  object: 1024 ** 3,
  file: 50 * 1024 ** 3,
  reads: 1024 ** 3,
  headersTimeout: 30_000,
  requestTimeout: 600_000,
  keepAliveTimeout: 72_000,
  closeTimeout: 5_000,
  laterDelay: 1_000,
}

/** @throws RangeError that names the limit. */
export function resolveLimits(given: ServerLimits = {}): Limits {
  const entries = (Object.entries(given) as [string, number | undefined][]).filter(([, limit]) => limit !== undefined)
  const wrong = entries.find(([, limit]) => !(limit! >= 0))
  if (wrong) throw new RangeError(`limits.${wrong[0]} takes a number from 0, not ${wrong[1]}`)
  const limits = { ...DEFAULTS, ...(Object.fromEntries(entries) as Partial<Limits>) }
  // A body that never fits would be told to come later for ever.
  if (limits.bodies < 2 * limits.body)
    throw new RangeError(`limits.bodies takes at least twice limits.body, ${2 * limits.body}, not ${limits.bodies}`)
  return limits
}
