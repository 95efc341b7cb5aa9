import type { Callback } from '../kernel/callback.ts'
import type { Placement } from '../kernel/payloads.ts'
import type { Order } from './messages.ts'
import { obstacleOf } from './resident.ts'
import { obstacle } from './spawn.ts'

export interface Placed {
  readonly live: readonly Callback[]
  readonly elsewhere: readonly Callback[]
  /** How those elsewhere are rebuilt. */
  readonly residents: Order['callbacks']
  readonly placements: readonly Placement[]
}

/** Decides where each callback lives. @param allowed - `settings.background`. */
export function place(callbacks: readonly Callback[], allowed: boolean, script: string | undefined): Placed {
  const none = allowed ? obstacle() : 'settings.background is false'
  const live: Callback[] = []
  const elsewhere: Callback[] = []
  const residents: { name: string; resident: NonNullable<Callback['resident']> }[] = []
  const placements = callbacks.map((callback): Placement => {
    const { name, resident: how } = callback
    const reason = how && (none ?? obstacleOf(how, script))
    if (how === undefined || reason !== undefined) {
      live.push(callback)
      return { name, place: 'live', ...(reason && { reason }) }
    }
    elsewhere.push(callback)
    residents.push({ name, resident: how })
    return { name, place: 'resident' }
  })
  return { live, elsewhere, residents, placements }
}
