import { cliCommand, SwanLabError } from '@swanlab/core/internal'
import { aboutStoredLogins, findHosts, type GivenCredentials } from './credentials.ts'

/** @param subject - What needs a key, as the first words of a sentence. */
export function missingKey(subject: string, given: GivenCredentials, otherwise = ''): SwanLabError {
  const { api } = findHosts(given)
  return new SwanLabError(
    'LOGIN_FAILED',
    `${subject} needs an API key for ${api}: set SWANLAB_API_KEY, call login({ apiKey }), or run: ${cliCommand('login')}.` +
      aboutStoredLogins(api) +
      otherwise,
  )
}
