import { SwanLabError } from '@swanlab/core/internal'
import { CloudError } from './cloud-error.ts'
import {
  findCredentials,
  globalFolder,
  hereAndNow,
  localFolder,
  type Credentials,
  type GivenCredentials,
  type Surroundings,
} from './credentials.ts'
import { writeLogin } from './netrc.ts'
import { Session } from './session.ts'
import { httpTransport, type Transport } from './transport.ts'

const LOGIN_TIME = 10_000

/** What {@link login} takes. */
export interface LoginOptions extends GivenCredentials {
  /**
   * True: keep the login in `~/.swanlab/.netrc`, where SwanLab's other clients find it, too; `"local"`: in
   * `./.swanlab/.netrc`, for this project alone. Default: false, for this process only.
   */
  readonly save?: boolean | 'local' | undefined
}

export interface LoginSurroundings {
  readonly version: string
  readonly around?: Surroundings | undefined
  readonly transport?: Transport | undefined
}

export interface LoggedIn extends Credentials {
  readonly username: string
  /** Path of the file that keeps the login. */
  readonly savedIn?: string | undefined
}

/**
 * Tries a key on its server, and keeps it where that is wanted.
 *
 * @throws SwanLabError `LOGIN_FAILED` when there is no key or it is not accepted, `CLOUD_UNREACHABLE`, `INVALID_OPTION`.
 */
export async function login(options: LoginOptions, surroundings: LoginSurroundings): Promise<LoggedIn> {
  const { version, around = hereAndNow(), transport = httpTransport() } = surroundings
  const { save = false } = options
  const credentials = findCredentials(options, around)
  if (!credentials) throw new SwanLabError('LOGIN_FAILED', 'There is no API key: give one, or set SWANLAB_API_KEY.')
  const username = await nameOf(credentials, version, transport)
  if (save === false) return { ...credentials, username }
  const folder = save === 'local' ? localFolder(around) : globalFolder(around)
  const { api: host, web: webHost, apiKey: key } = credentials
  return { ...credentials, username, savedIn: writeLogin(folder, { host, webHost, apiKey: key }) }
}

async function nameOf(credentials: Credentials, version: string, transport: Transport): Promise<string> {
  try {
    const session = new Session({ credentials, transport, clock: Date.now, version })
    return await session.username({ timeout: LOGIN_TIME })
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    const { api } = credentials
    throw error.status === 401 || (error.own && error.status === 403)
      ? new SwanLabError('LOGIN_FAILED', `${api} does not accept the API key (${error.message}).`, { cause: error })
      : new SwanLabError('CLOUD_UNREACHABLE', `${api} cannot be reached (${error.message}).`, { cause: error })
  }
}
