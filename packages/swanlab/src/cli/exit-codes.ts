import { SwanLabError, type SwanLabErrorCode } from '@swanlab/core'
import { CommanderError } from 'commander'

/** What the command tells the program that called it. The README lists the same. */
export const EXIT = { ok: 0, failed: 1, usage: 2, notLoggedIn: 3, unreachable: 4 } as const

const BY_CODE: Partial<Readonly<Record<SwanLabErrorCode, number>>> = {
  INVALID_OPTION: EXIT.usage,
  LOGIN_FAILED: EXIT.notLoggedIn,
  CLOUD_UNREACHABLE: EXIT.unreachable,
}

export function exitCodeOf(error: unknown): number {
  // commander throws for --help and --version as well.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  return (error instanceof SwanLabError && BY_CODE[error.code]) || EXIT.failed
}
