import { SwanLabError } from '@swanlab/core'
import { httpTransport, networkWords, type HttpAnswer, type Transport } from '@swanlab/core/cloud'

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
    throw new SwanLabError('CLOUD_UNREACHABLE', `${api} cannot be reached (${networkWords(cause)}).`, { cause })
  }
  const { status, text } = answer
  if (status < 200 || status >= 300 || text.trim() !== 'OK')
    throw new SwanLabError('CLOUD_UNREACHABLE', `${api} answers (${status}), but not as a SwanLab server does.`)
  return performance.now() - start
}
