/** A refusal that goes to the client as it is: `{code, message}` with this status. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly code: string
  /** Reason phrase, where clients tell cases apart by it. */
  readonly reason: string | undefined

  /** @param cause - What is behind it: for the server's report, not for the client. */
  constructor(status: number, code: string, message: string, reason?: string, cause?: unknown) {
    super(message, { cause })
    this.status = status
    this.code = code
    this.reason = reason
  }
}

export const notFound = (what: string): ApiError => new ApiError(404, 'Not_Found', `${what} not found`)
export const forbidden = (message: string): ApiError => new ApiError(403, 'Forbidden', message)
export const unauthorized = (message: string): ApiError => new ApiError(401, 'Unauthorized', message)
/** The run was deleted; clients stop asking when they read this phrase. */
export const disabled = (): ApiError =>
  new ApiError(404, 'Disabled_Resource', 'the run has been deleted', 'Disabled Resource')
/** The only answer that makes every client keep its data and come back: 429, 500, 502, 503 and 504 make some drop it. */
export const LATER = 507
export const later = (message: string, cause?: unknown): ApiError =>
  new ApiError(LATER, 'Try_Later', message, undefined, cause)

/** "Later" because of a bound on memory or on a queue. A busy client meets it again and again, so reports of it are throttled. */
export class OverloadError extends ApiError {
  constructor(message: string) {
    super(LATER, 'Try_Later', message)
  }
}
