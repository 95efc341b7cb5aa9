/** What went wrong, as a word a program can test. */
export type SwanLabErrorCode =
  | 'INVALID_OPTION'
  | 'INVALID_FILE'
  | 'INVALID_CALLBACK'
  | 'CALLBACK_FAILED'
  | 'LOGIN_FAILED'
  | 'CLOUD_UNREACHABLE'
  | 'CLOUD_REFUSED'
  | 'RESUME_FAILED'
  | 'LOGDIR_UNUSABLE'
  | 'NO_RUN'
  | 'RUN_ACTIVE'
  | 'NOTIFICATION_FAILED'

/**
 * The one error of this library. Its message names what was wrong, what was given and what would be right; it never
 * holds a secret.
 */
export class SwanLabError extends Error {
  override readonly name = 'SwanLabError'
  readonly code: SwanLabErrorCode

  constructor(code: SwanLabErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
