import { type Callback, type Placement, describeError } from '@swanlab/core/internal'
import { journalAmong } from '@swanlab/journal/internal'
import type { ResidentCallback } from './ipc-messages.ts'
import { loadersOf } from './loaders.ts'
import { exportOf, isPlain, obstacleOf } from './resident-module.ts'
import { obstacle } from './program.ts'

export interface Placed {
  /** One for each callback that could live in the background. */
  readonly placements: readonly Placement[]
  /** Those that will, and how they are rebuilt. */
  readonly residents: readonly ResidentCallback[]
  /** Arguments of Node that the background process needs to import them. */
  readonly loaders: readonly string[]
  /** Where the session begins in its journal, in bytes, once it has been opened. */
  readonly begin: () => number
}

/** Where the training runs from, and how it loads modules. */
export interface Surroundings {
  /** Path of the training script. */
  readonly script: string | undefined
  /** Arguments of Node that decide how modules are loaded. */
  readonly loaders: readonly string[]
}

/**
 * Decides where each callback lives. One that says how it can be rebuilt goes to the background process only if its
 * module has been imported and has the export: here, where it was loaded from, or where importing it takes more than
 * Node can do by itself, in a process like the background process.
 *
 * @param allowed - `settings.background`.
 * @param surroundings - Default: those of this process.
 */
export async function placeCallbacks(
  callbacks: readonly Callback[],
  allowed: boolean,
  { script, loaders }: Surroundings = {
    script: process.argv[1],
    loaders: loadersOf(process.execArgv, process.env['NODE_OPTIONS']),
  },
): Promise<Placed> {
  const journal = journalAmong(callbacks)
  const none = allowed ? (obstacle() ?? (journal ? undefined : NO_JOURNAL)) : 'settings.background is false'
  const reasons = new Map<Callback, string | undefined>()
  for (const callback of callbacks) {
    // Recorders keep the run, so they live where it happens.
    if (callback.resident && !callback.immediate) reasons.set(callback, none ?? obstacleOf(callback.resident, script))
  }
  const open = [...reasons.keys()].filter((callback) => reasons.get(callback) === undefined)
  const checked = await check(open, loaders)
  open.forEach((callback, at) => reasons.set(callback, checked.reasons[at]))
  const residents = [...reasons].flatMap(([{ name, resident }, reason]) =>
    resident && reason === undefined ? [{ name, resident }] : [],
  )
  const placements = Array.from(reasons, ([{ name }, reason]): Placement =>
    reason === undefined ? { name, place: 'resident' } : { name, place: 'live', reason },
  )
  return { placements, residents, loaders: checked.loaders, begin: () => journal?.begin ?? 0 }
}

const NO_JOURNAL = 'no journal() records this run'

/** One warning, however many callbacks could not go to the background process. */
export function placementWarning(placements: readonly Placement[]): string | undefined {
  const names = new Map<string, string[]>()
  for (const { name, reason } of placements)
    if (reason !== undefined) names.set(reason, [...(names.get(reason) ?? []), name])
  if (names.size === 0) return undefined
  const what = [...names].map(([reason, who]) => `${who.join(', ')}: in the training process, because ${reason}`)
  return `${what.join('; ')}. If that crashes or is killed, nothing is sent.`
}

/** Why each cannot be imported in the background process, and what that must be given for the others. */
async function check(
  callbacks: readonly Callback[],
  loaders: readonly string[],
): Promise<{ reasons: (string | undefined)[]; loaders: readonly string[] }> {
  const residents = callbacks.map(({ resident }) => resident!)
  const special = residents.filter((resident) => !isPlain(resident, loaders))
  const answers = special.length === 0 ? [] : await (await import('./import-check.ts')).checkImports(special, loaders)
  const reasons = await Promise.all(
    residents.map(async (resident) => {
      const at = special.indexOf(resident)
      if (at >= 0) return answers[at]
      try {
        await exportOf(resident.module, resident.export)
        return undefined
      } catch (error) {
        return `its module cannot be used: ${describeError(error)}`
      }
    }),
  )
  return { reasons, loaders: answers.some((answer) => answer === undefined) ? loaders : [] }
}
