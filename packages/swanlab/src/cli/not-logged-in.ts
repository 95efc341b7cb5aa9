import { SwanLabError } from '@swanlab/core'
import { aboutStoredLogins } from '@swanlab/cloud/internal'

export function notLoggedIn(api: string): SwanLabError {
  return new SwanLabError(
    'LOGIN_FAILED',
    `Not logged in to ${api}: run "swanlab login --host ${api}", or set SWANLAB_API_KEY.${aboutStoredLogins(api)}`,
  )
}
