/** What is taken out of a run beside what is masked anyway. What is masked reads `****`. */
export interface RedactRules {
  /**
   * Names whose values are masked: in the configuration and metadata at any depth, numbers too, and in texts such as
   * `name=value`, `"name": "value"` or `--name value`. Text means the whole name, however it is written: `customerId` is
   * also `customer_id` and `CUSTOMER-ID`. A pattern is searched for in the name. At most 1,000.
   */
  readonly keys?: readonly (string | RegExp)[] | undefined
  /**
   * What is masked wherever it stands in a text, a name of the configuration or a key of a metric. Text of at least 4
   * characters stands for itself. A pattern must not match the empty text, and gets 250 milliseconds for a text (and one more for each
   * 10,000 characters): a text on which it takes longer is masked as a whole. At most 1,000.
   */
  readonly patterns?: readonly (string | RegExp)[] | undefined
}

/**
 * Is given each text, and each number and boolean of the configuration and metadata, and answers what is recorded in its
 * place: text, or in the configuration and metadata also a finite number, a boolean or null. When it throws or answers
 * anything else, the whole value is masked, and that is reported once. It must not wait. It runs in the training and never
 * in the background process, whose callbacks get what it has answered.
 *
 * @param value - Masked already where that is done anyway.
 * @param path - Where it stands: `['config', 'db', 'host']`, `['metadata', 'runtime', 'command']`, `['requirements']`,
 *   `['console']`, `['error', 'message']` (or `name`, `stack`), `['alert', 'title']` (or `text`, `rule`), `['experimentName']`,
 *   `['description']`, `['tags', '0']`, `['key']` of a metric, `['media', 'text']` (or `caption`), `['message']` of this library.
 */
export type RedactFunction = (
  value: string | number | boolean,
  path: readonly string[],
) => string | number | boolean | null

/** `false`: what is masked by default is not, but for this library's own keys. `true`: only that is masked. */
export type Redact = boolean | RedactRules | RedactFunction

/** @internal Rules as JSON, for another process; functions stay where they are. */
export interface SentRules {
  /** False: nothing is masked by default. */
  readonly defaults: boolean
  readonly keys: readonly SentMatcher[]
  readonly patterns: readonly SentMatcher[]
}

/** @internal Text, or source and flags of a pattern. */
export type SentMatcher = string | readonly [source: string, flags: string]
