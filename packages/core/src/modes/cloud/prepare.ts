import type { Report } from '../../kernel/reporter.ts'
import type { PreparedMode } from '../index.ts'
import { askForKey } from './ask.ts'
import { CloudBackend } from './cloud-backend.ts'
import {
  aboutStoredLogins,
  findCredentials,
  findHosts,
  findKey,
  keyInWords,
  type GivenCredentials,
} from './credentials.ts'
import { SwanLabError } from '../../kernel/error.ts'
import { cliCommand } from '../../runtime/cli-command.ts'
import { UploadCallback } from './upload-callback.ts'

export interface CloudChoices {
  readonly report: Report
  readonly offlineFallback: boolean
  readonly finishTimeout: number
  readonly version: string
  /** What `login()` was given. */
  readonly given: GivenCredentials
}

/**
 * Finds a key, and asks for one where somebody can answer.
 *
 * @returns undefined when they rather record here.
 * @throws SwanLabError `LOGIN_FAILED` when there is none.
 */
export async function prepareCloud(choices: CloudChoices): Promise<PreparedMode | undefined> {
  const { report, version, offlineFallback, finishTimeout, given } = choices
  const found = findKey(given)
  let credentials = findCredentials(given)
  if (found) report('info', keyInWords(found))
  if (!credentials && process.stdin.isTTY && process.stderr.isTTY) {
    const answer = await askForKey({ given, version })
    if (answer === 'offline') return undefined
    credentials = answer
  }
  if (!credentials) {
    const { api } = findHosts(given)
    throw new SwanLabError(
      'LOGIN_FAILED',
      `Mode "cloud", the default, needs an API key for ${api}: set SWANLAB_API_KEY, call login({ apiKey }), or run: ${cliCommand('login')}.` +
        `${aboutStoredLogins(api)} Without an account, init({ mode: "offline" }) or SWANLAB_MODE=offline records on this machine.`,
    )
  }
  const upload = new UploadCallback({ credentials, version, finishTimeout }).reportTo(report)
  return {
    mode: 'cloud',
    callbacks: [upload],
    backend: (options) => new CloudBackend({ ...options, credentials, offlineFallback, version }),
  }
}
