import { SwanLabError } from '@swanlab/core'

/** The one error of writing: it names what could not be done to which file, and why. */
export function failure(what: string, cause: unknown): SwanLabError {
  return new SwanLabError('CALLBACK_FAILED', `${what}: ${reasonOf(cause)}`, { cause })
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
