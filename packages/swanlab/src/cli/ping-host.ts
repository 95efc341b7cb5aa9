import { setImmediate } from 'node:timers/promises'
import { SwanLabError } from '@swanlab/core'
import { httpTransport, networkErrorMessage, type HttpAnswer, type Transport } from '@swanlab/cloud/internal'

const LONGEST_WAIT = 5_000

/** What {@link pingHost} needs of the world. */
export interface PingSurroundings {
  readonly transport?: Transport | undefined
  /** In milliseconds. */
  readonly clock?: (() => number) | undefined
}

/** How long an answer took, in milliseconds. */
export interface PingTimes {
  /** The first answer, with everything that comes before it: the library, the name, the connection, TLS. */
  readonly first: number
  /**
   * The fastest of the {@link WARM} after it, on the connection that was open then; where the server keeps none open,
   * with a new connection each.
   */
  readonly time: number
}

/** Answers that are measured: the first few still wait for code that runs for the first time. */
export const WARM = 5

/**
 * Asks a server a few times: what the first answer takes is mostly not the server's doing.
 *
 * @param api - Origin of the api.
 * @throws SwanLabError `CLOUD_UNREACHABLE`
 */
export async function pingHost(api: string, surroundings: PingSurroundings = {}): Promise<PingTimes> {
  const { transport = httpTransport(), clock = () => performance.now() } = surroundings
  const start = clock()
  await reachHost(api, transport)
  const open = clock()
  let time = Infinity
  for (let asked = 0; asked < WARM; asked++) {
    // undici takes a connection back a turn after the answer, and would open another.
    await setImmediate()
    const warm = clock()
    await reachHost(api, transport)
    time = Math.min(time, clock() - warm)
  }
  return { first: open - start, time }
}

/**
 * Asks a server whether it is there, as SwanLab's client does.
 *
 * @param api - Origin of the api.
 * @throws SwanLabError `CLOUD_UNREACHABLE`
 */
export async function reachHost(api: string, transport: Transport = httpTransport()): Promise<void> {
  let answer: HttpAnswer
  try {
    answer = await transport({ method: 'GET', url: `${api}/api`, headers: {}, timeout: LONGEST_WAIT })
  } catch (cause) {
    throw new SwanLabError('CLOUD_UNREACHABLE', `${api} cannot be reached (${networkErrorMessage(cause)}).`, { cause })
  }
  const { status, text } = answer
  if (status < 200 || status >= 300 || text.trim() !== 'OK')
    throw new SwanLabError('CLOUD_UNREACHABLE', `${api} answers (${status}), but not as a SwanLab server does.`)
}
