import { constants } from 'node:os'

/** How a process ended, as the system says. */
export type Exit = { readonly code: number } | { readonly signal: string }

/** Takes apart a wait status, as of `waitpid(2)`. */
export function exitOf(status: number): Exit {
  const signal = status & 0x7f
  if (signal === 0) return { code: (status >> 8) & 0xff }
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0]
  return { signal: name ?? `signal ${signal}` }
}
