import type { Callback } from '../kernel/callback.ts'
import type { Placement } from '../kernel/payloads.ts'
import { describeError } from '../kernel/thrown.ts'
import type { Order } from './messages.ts'
import { exportOf, isPlain, obstacleOf } from './resident.ts'
import { obstacle } from './spawn.ts'

export interface Placed {
  readonly live: readonly Callback[]
  readonly elsewhere: readonly Callback[]
  /** How those elsewhere are rebuilt. */
  readonly residents: Order['callbacks']
  readonly placements: readonly Placement[]
  /** Arguments of Node that the background process needs to import them. */
  readonly loaders: readonly string[]
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
 */
export async function place(
  callbacks: readonly Callback[],
  allowed: boolean,
  { script, loaders }: Surroundings,
): Promise<Placed> {
  const none = allowed ? obstacle() : 'settings.background is false'
  const reasons = new Map<Callback, string | undefined>()
  for (const callback of callbacks)
    if (callback.resident) reasons.set(callback, none ?? obstacleOf(callback.resident, script))
  const open = callbacks.filter((callback) => callback.resident && reasons.get(callback) === undefined)
  const checked = await check(open, loaders)
  open.forEach((callback, at) => reasons.set(callback, checked.reasons[at]))

  const live: Callback[] = []
  const elsewhere: Callback[] = []
  const residents: { name: string; resident: NonNullable<Callback['resident']> }[] = []
  const placements = callbacks.map((callback): Placement => {
    const { name, resident: how } = callback
    const reason = reasons.get(callback)
    if (how === undefined || reason !== undefined) {
      live.push(callback)
      return { name, place: 'live', ...(reason && { reason }) }
    }
    elsewhere.push(callback)
    residents.push({ name, resident: how })
    return { name, place: 'resident' }
  })
  return { live, elsewhere, residents, placements, loaders: checked.loaders }
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
