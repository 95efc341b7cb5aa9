import { SwanLabError } from '@swanlab/core'
import { httpTransport, type HttpAnswer, type Transport } from '@swanlab/core/cloud'

const LONGEST_WAIT = 5_000

/**
 * Asks a server whether it is there, as SwanLab's client does.
 *
 * @param api - Origin of the api.
 * @returns how long the answer took, in milliseconds.
 * @throws SwanLabError `CLOUD_UNREACHABLE`
 */
export async function pingHost(api: string, transport: Transport = httpTransport()): Promise<number> {
  const start = performance.now()
  let answer: HttpAnswer
  try {
    answer = await transport({ method: 'GET', url: `${api}/api`, headers: {}, timeout: LONGEST_WAIT })
  } catch (cause) {
    throw new SwanLabError('CLOUD_UNREACHABLE', `${api} cannot be reached (${wordsOf(cause)}).`, { cause })
  }
  const { status, text } = answer
  if (status < 200 || status >= 300 || text.trim() !== 'OK')
    throw new SwanLabError('CLOUD_UNREACHABLE', `${api} answers (${status}), but not as a SwanLab server does.`)
  return performance.now() - start
}

function wordsOf(cause: unknown): string {
  const { name, code } = cause as { name?: unknown; code?: unknown }
  if (name === 'TimeoutError') return `no answer within ${LONGEST_WAIT / 1000} s`
  return typeof code === 'string' ? code : 'the network failed'
}
