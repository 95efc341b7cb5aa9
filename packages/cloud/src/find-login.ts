import { VERSION } from '@swanlab/core/internal'
import { findKey, type GivenCredentials } from './credentials.ts'
import { givenCredentials } from './login-command.ts'
import { missingKey } from './missing-key.ts'

/**
 * Asks for a key where there is none and somebody can answer.
 *
 * @returns what `cloud()` is to be given, empty when it finds a key itself; `offline` when they rather record here.
 * @throws SwanLabError `LOGIN_FAILED` when there is no key.
 */
export async function findLogin(): Promise<GivenCredentials | 'offline'> {
  const given = givenCredentials()
  if (findKey(given)) return {}
  if (process.stdin.isTTY && process.stderr.isTTY) {
    const { promptForKey } = await import('./prompt.ts')
    const answer = await promptForKey({ given, version: VERSION })
    return answer === 'offline' ? answer : { apiKey: answer.apiKey, host: answer.api, webHost: answer.web }
  }
  throw missingKey(
    'Mode "cloud", the default,',
    given,
    ' Without an account, init({ mode: "offline" }) or SWANLAB_MODE=offline records on this machine.',
  )
}
