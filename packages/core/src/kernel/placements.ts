import type { Callback, HostActions } from '../contract/callback.ts'
import type { Placement } from '../contract/payloads.ts'
import type { Redactor } from '../text/redactor.ts'

/** Asks the hosts among the callbacks which of the others they drive. @returns one for each callback. */
export async function placementsOf(
  callbacks: readonly Callback[],
  act: HostActions,
  { text }: Redactor,
): Promise<readonly Placement[]> {
  const placements = new Map<string, Placement>()
  for (const host of callbacks) {
    if (host.adopt === undefined) continue
    const others = callbacks.filter(({ name }) => name !== host.name && placements.get(name)?.place !== 'resident')
    for (const { reason, ...placement } of await host.adopt(others, act))
      placements.set(placement.name, { ...placement, ...(reason !== undefined && { reason: text(reason, 'message') }) })
  }
  return callbacks.map(({ name }) => Object.freeze(placements.get(name) ?? { name, place: 'live' as const }))
}
