import type { CloudError } from './cloud-error.ts'

/**
 * What an answer to the creation of a run says about that run; absent when it says nothing. SwanLab's servers tell the
 * cases apart by nothing but status and reason phrase.
 */
export function runRefusal({ status, reason, message, own }: CloudError, id: string): string | undefined {
  if (status === 404 && reason === 'Disabled Resource') return `Run ${id} has been deleted on the server.`
  if (!own || !/^POST \/project\/.*\/experiment: /.test(message)) return undefined
  if (status === 400) return `Run ${id} cannot be continued, as a clone of another run cannot (${message}).`
  if (status === 409) return `Run ${id} belongs to another project on the server.`
  return undefined
}

/** The server itself has answered, and asking again changes nothing. */
export function isFinal({ status, remedy, own }: CloudError): boolean {
  return status === 401 || (own && (remedy !== 'retry' || status === 402 || status === 403))
}
