import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FIRST_USER = process.getuid?.() === 0
/** Permissions do not bind the first user, unless it is without its capabilities. */
const WITHOUT_CAPABILITIES = ['setpriv', '--inh-caps=-all', '--bounding-set=-all', '--']

/** The command that starts a program which permissions bind; absent when this system has none. */
export const bound: readonly string[] | undefined = FIRST_USER
  ? runs([...WITHOUT_CAPABILITIES, process.execPath, '--version'])
    ? WITHOUT_CAPABILITIES
    : undefined
  : []

/** Number of a user whom nobody knows; absent when one cannot become it, or when it could not read this checkout. */
export const stranger: number | undefined =
  FIRST_USER && runs([process.execPath, '-e', `fs.accessSync(${JSON.stringify(`${ROOT}package.json`)})`], 65_534)
    ? 65_534
    : undefined

function runs([command = '', ...args]: readonly string[], user?: number): boolean {
  const as = user === undefined ? {} : { uid: user, gid: user }
  return spawnSync(command, args, { cwd: '/', stdio: 'ignore', timeout: 10_000, ...as }).status === 0
}
